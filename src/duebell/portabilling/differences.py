"""What PortaBilling has that isn't known here: events that were lost on the way, or never sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from duebell.portabilling.answer import UnreadableAnswer
from duebell.portabilling.api import Client, customers, invoices
from duebell.portabilling.options import PortaBillingOptions
from duebell.portabilling.reading import condition_said
from duebell.portabilling.readings import CustomerCondition, InvoiceStatus

TOGETHER = 200
"""Rows that are compared at once."""

Row = Mapping[str, Any]
T = TypeVar("T")


class KnownStatuses(Protocol):
    """How invoices and customers stand as far as is known."""

    async def statuses(self, invoices: Collection[str]) -> Mapping[str, InvoiceStatus | None]:
        """The status last read of each that is known, by `i_invoice`."""

    async def conditions(self, customers: Collection[str]) -> Mapping[str, CustomerCondition]:
        """The condition last read of each that was ever read, by `i_customer`."""


@dataclass(slots=True)
class Differences:
    """What was compared, and what of it isn't known as it is.

    Of so many `invoices` those that aren't known (`missing`) and those known otherwise (`changed`), by `i_invoice`; of so many
    `listed` customers those known in another `condition`; and the `customers` that all this is about, by `i_customer`.
    """

    invoices: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    listed: int = 0
    condition: list[str] = field(default_factory=list)
    customers: set[str] = field(default_factory=set)


async def differences(
    client: Client, options: PortaBillingOptions, known: KnownStatuses, since: datetime
) -> AsyncIterator[Differences]:
    """Compare all invoices issued since then (aware), and how all customers stand; what was found so far, after each part.

    A customer whom the list shows without his status, or who was never read, is passed over.

    Raises:
        PortaBillingError: a call failed; the subclass says why.
    """
    found = Differences()
    issued = invoices(client, issued_after=since, key=options.invoice_fields["i_invoice"])
    async for part in _parts(issued):
        await _compare_invoices(part, options, known, found)
        yield found
    async for part in _parts(customers(client, key=options.customer_fields["i_customer"])):
        await _compare_customers(part, options, known, found)
        yield found
    yield found


async def _parts(rows: AsyncIterator[T]) -> AsyncIterator[list[T]]:
    part: list[T] = []
    async for row in rows:
        part.append(row)
        if len(part) == TOGETHER:
            yield part
            part = []
    if part:
        yield part


async def _compare_invoices(
    part: Collection[Row], options: PortaBillingOptions, known: KnownStatuses, found: Differences
) -> None:
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


async def _compare_customers(
    part: Collection[Row], options: PortaBillingOptions, known: KnownStatuses, found: Differences
) -> None:
    rows = {str(row[options.customer_fields["i_customer"]]): row for row in part}
    conditions = await known.conditions(rows.keys())
    found.listed += len(rows)
    other = [one for one, row in rows.items() if one in conditions and _said(row, options) not in {None, conditions[one]}]
    found.condition += other
    found.customers.update(other)


def _said(row: Row, options: PortaBillingOptions) -> CustomerCondition | str | None:
    """An unknown word counts as another condition: the error of reading that customer then says which word it is."""
    try:
        return condition_said(row, options)
    except UnreadableAnswer as error:
        return str(error)
