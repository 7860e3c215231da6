"""The first connection to a PortaBilling: its customers are remembered as they stand, and nobody is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duebell.sources.reading_many import read_many

if TYPE_CHECKING:
    from duebell.instance import Instance
    from duebell.portabilling.reader import Reader

LISTED_AT_ONCE = 500
"""Customers whose being known is asked at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver:
    """Of so many `customers` that PortaBilling lists: how many were known before, how many were taken over now.

    `unread` of them couldn't be read, the first `because` of what.
    """

    customers: int
    known: int
    taken_over: int
    unread: int
    because: str | None


async def take_over(instance: Instance, environment: str, tell: Callable[[int, int], None]) -> TakenOver:
    """Read all customers that were never read, and remember how they stand.

    Again, after it broke off, it goes on with those that are missing.

    Raises:
        NotConfigured: the environment has no PortaBilling.
        PortaBillingError: the list can't be read.
        NotPossible: PortaBilling answers nobody any more.
    """
    async with instance.sources.reader(environment) as reader:
        listed = [one async for one in reader.customers()]
        strangers = await _strangers(reader, listed)

        async def remember(i_customer: str) -> None:
            await reader.read(i_customer, taking_over=True)

        unread = await read_many(strangers, remember, tell, instance.now)
    return TakenOver(
        customers=len(listed),
        known=len(listed) - len(strangers),
        taken_over=len(strangers) - unread.count,
        unread=unread.count,
        because=unread.because,
    )


async def _strangers(reader: Reader, listed: Sequence[str]) -> list[str]:
    found: list[str] = []
    for start in range(0, len(listed), LISTED_AT_ONCE):
        found += await reader.strangers(listed[start : start + LISTED_AT_ONCE])
    return found
