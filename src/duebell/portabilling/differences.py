"""What PortaBilling has that isn't known here: events that were lost on the way, or never sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from duebell.portabilling.api import Client, invoices
from duebell.portabilling.options import PortaBillingOptions
from duebell.portabilling.readings import InvoiceStatus

TOGETHER = 200
"""Invoices that are compared at once."""

Row = Mapping[str, Any]


class KnownStatuses(Protocol):
    """How invoices stand as far as is known."""

    async def statuses(self, invoices: Collection[str]) -> Mapping[str, InvoiceStatus | None]:
        """The status last read of each that is known, by `i_invoice`."""


@dataclass(slots=True)
class Differences:
    """Of so many `invoices`: those that aren't known, those known otherwise (both `i_invoice`), and whose they are (`i_customer`)."""

    invoices: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    customers: set[str] = field(default_factory=set)


async def differences(
    client: Client, options: PortaBillingOptions, known: KnownStatuses, since: datetime
) -> AsyncIterator[Differences]:
    """Compare all invoices issued since then (aware); what was found so far, after each part.

    Raises:
        PortaBillingError: a call failed; the subclass says why.
    """
    found = Differences()
    part: list[Row] = []
    async for row in invoices(client, issued_after=since, key=options.invoice_fields["i_invoice"]):
        part.append(row)
        if len(part) == TOGETHER:
            await _compare(part, options, known, found)
            part = []
            yield found
    await _compare(part, options, known, found)
    yield found


async def _compare(part: Collection[Row], options: PortaBillingOptions, known: KnownStatuses, found: Differences) -> None:
    names = options.invoice_fields
    rows = {str(row[names["i_invoice"]]): row for row in part}
    statuses = await known.statuses(rows.keys())
    found.invoices += len(rows)
    for i_invoice, row in rows.items():
        said = options.invoice_words.get(str(row.get(names["status"], "")).casefold())
        if i_invoice not in statuses:
            found.missing.append(i_invoice)
        elif said is not None and said is not statuses[i_invoice]:
            found.changed.append(i_invoice)
        else:
            continue
        if names["i_customer"] in row:
            found.customers.add(str(row[names["i_customer"]]))
