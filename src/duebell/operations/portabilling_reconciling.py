"""PortaBilling compared with what is known: what never came, or came and was lost, is found and recorded by choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from duebell.operations.reading_many import read_many
from duebell.portabilling.reader import Reader

if TYPE_CHECKING:
    from duebell.instance import Instance


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
        NotPossible: PortaBilling answers nobody any more.
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
            await _read(instance, reader, sorted(found.customers), report, tell)
    return report


async def _read(
    instance: Instance, reader: Reader, customers: list[str], report: Reconciled, tell: Callable[[int, int], None]
) -> None:
    types: Counter[str] = Counter()

    async def record(i_customer: str) -> None:
        types.update(one.fact.type for one in await reader.read(i_customer))

    unread = await read_many(customers, record, tell, instance.now)
    report.recorded, report.unread, report.because = dict(types), unread.count, unread.because
