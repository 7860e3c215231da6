"""Many customers of a PortaBilling read one after the other, as many at once as its API is to bear."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from duebell.errors import DuebellError, NotPossible, StorageError
from duebell.espf.handler import BatchRefused
from duebell.portabilling.api import PortaBillingError, end_of
from duebell.tasks import for_each

AT_ONCE = 50
"""Customers that are read at once; the client makes as many calls at once as its options allow."""
IN_VAIN = 100
"""So many customers in a row to whom PortaBilling doesn't answer: it is down, or refuses us."""
TOLD_EVERY = 100
"""Customers between two words of how far it is."""


@dataclass(slots=True)
class Unread:
    """How many customers could not be read, and `because` of what the first of them."""

    count: int = 0
    because: str | None = None


async def read_many(
    customers: Sequence[str],
    read: Callable[[str], Awaitable[None]],
    tell: Callable[[int, int], None],
    now: Callable[[], datetime],
) -> Unread:
    """Read each customer (`i_customer`); those who can't be read are counted, and the others go on.

    Raises:
        NotPossible: PortaBilling answers nobody any more.
        StorageError: the engine failed.
    """
    unread = Unread()
    done = unanswered = 0

    async def one(i_customer: str) -> None:
        nonlocal done, unanswered
        try:
            await read(i_customer)
            unanswered = 0
        except StorageError:
            raise
        except DuebellError as error:
            unread.count += 1
            unread.because = unread.because or str(error)
            unanswered = unanswered + 1 if _is_the_sources(error, now()) else 0
            if unanswered == IN_VAIN:
                raise NotPossible(f"PortaBilling answers no more: run it again when it does, it goes on. {error}") from None
        done += 1
        if done % TOLD_EVERY == 0 or done == len(customers):
            tell(done, len(customers))

    await for_each(customers, one, at_once=AT_ONCE)
    return unread


def _is_the_sources(error: DuebellError, now: datetime) -> bool:
    """Whether it lies with PortaBilling, not with the customer."""
    return isinstance(error, PortaBillingError) and not isinstance(end_of(error, now), BatchRefused)
