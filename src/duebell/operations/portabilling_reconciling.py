"""PortaBilling compared with what is known: what never came, or came and was lost, is found and recorded by choice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from duebell.errors import DuebellError, StorageError
from duebell.portabilling.reader import Reader

if TYPE_CHECKING:
    from duebell.instance import Instance

AT_ONCE = 50
"""Customers read together; the client makes as many calls at once as its options allow."""


@dataclass(slots=True, kw_only=True)
class Reconciled:
    """Of so many `invoices` issued since then: how many aren't known here and how many are known otherwise, of how many customers.

    `recorded` counts the events that came of reading those, by type; `unread` of them couldn't be read, `because` of what.
    """

    invoices: int
    missing: int
    changed: int
    customers: int
    recorded: dict[str, int] = field(default_factory=dict)
    unread: int = 0
    because: str | None = None


async def reconcile(
    instance: Instance, environment: str, since: datetime, tell: Callable[[int, int], None], *, do: bool
) -> Reconciled:
    """Compare the invoices issued since then; read the customers of those that differ, and record what that means, if `do`.

    Raises:
        Unknown: the environment has no PortaBilling.
        PortaBillingError: the list can't be read.
    """
    async with instance.sources.reader(environment) as reader:
        async for found in reader.differences(since):
            tell(found.invoices, found.invoices)
        report = Reconciled(
            invoices=found.invoices,
            missing=len(found.missing),
            changed=len(found.changed),
            customers=len(found.customers),
        )
        if do:
            await _read(reader, sorted(found.customers), report, tell)
    return report


async def _read(reader: Reader, customers: list[str], report: Reconciled, tell: Callable[[int, int], None]) -> None:
    types: Counter[str] = Counter()
    for start in range(0, len(customers), AT_ONCE):
        ends = await asyncio.gather(*(_types(reader, one) for one in customers[start : start + AT_ONCE]))
        for end in ends:
            if isinstance(end, str):
                report.unread += 1
                report.because = report.because or end
            else:
                types.update(end)
        tell(min(start + AT_ONCE, len(customers)), len(customers))
    report.recorded = dict(types)


async def _types(reader: Reader, i_customer: str) -> list[str] | str:
    """The types of the events that came of it, or why he couldn't be read."""
    try:
        return [one.fact.type for one in await reader.read(i_customer)]
    except StorageError:
        raise
    except DuebellError as error:
        return str(error)
