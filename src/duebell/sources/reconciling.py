"""PortaBilling compared with what is known: what never came, or came and was lost, is found and recorded by choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from duebell.portabilling.differences import Differences
from duebell.portabilling.reader import Reader
from duebell.sources.reading_many import read_many


@dataclass(slots=True, kw_only=True)
class Reconciled:
    """How much was compared, and how much of it isn't known as it is.

    Of so many `invoices` issued since then so many aren't known here (`missing`) or are known otherwise (`changed`); of so many
    `listed` customers so many stand otherwise than known (`condition`). All this is about so many `customers`.

    `recorded` counts the events that came of reading those, by type; `unread` of them couldn't be read, `because` of what.
    """

    invoices: int
    missing: int
    changed: int
    listed: int
    condition: int
    customers: int
    recorded: dict[str, int] = field(default_factory=dict)
    unread: int = 0
    because: str | None = None


async def reconcile(
    reader: Reader, since: datetime, tell: Callable[[int, int], None], now: Callable[[], datetime], *, do: bool
) -> Reconciled:
    """Compare the invoices issued since then and all customers; read those who differ, and record what that means, if `do`.

    Raises:
        PortaBillingError: a list can't be read.
        NotPossible: PortaBilling answers nobody any more.
        StorageError: the engine failed.
    """
    found = Differences()
    async for found in reader.differences(since):
        seen = found.invoices + found.listed
        tell(seen, seen)
    report = Reconciled(
        invoices=found.invoices,
        missing=len(found.missing),
        changed=len(found.changed),
        listed=found.listed,
        condition=len(found.condition),
        customers=len(found.customers),
    )
    if do:
        types: Counter[str] = Counter()

        async def record(i_customer: str) -> None:
            types.update(one.fact.type for one in await reader.read(i_customer))

        unread = await read_many(sorted(found.customers), record, tell, now)
        report.recorded, report.unread, report.because = dict(types), unread.count, unread.because
    return report
