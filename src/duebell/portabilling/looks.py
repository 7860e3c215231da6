"""Looks at customers unasked: when something may have become due of which PortaBilling sends no event."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from duebell.errors import DuebellError, StorageError
from duebell.espf.handler import BatchRefused
from duebell.portabilling.api import PortaBillingError, end_of

log = structlog.get_logger(__name__)

EVERY = 60.0
"""Seconds between two rounds."""
AT_ONCE = 50
"""Customers looked at together."""
READ_IN_VAIN = timedelta(hours=1)
"""After so long one who can't be read is looked at again."""


class LooksDue(Protocol):
    """Whose look has come. Every method commits before it returns."""

    async def due(self, now: datetime, at_most: int) -> Sequence[str]:
        """The customers (`i_customer`) whose next look has come, the longest due first; nobody while another process looks."""

    async def postpone(self, customers: Collection[str], until: datetime) -> None:
        """Look at them then."""


class Looks:
    """The looks at one PortaBilling's customers, each made by `read`; `run()` until cancelled."""

    def __init__(self, read: Callable[[str], Awaitable[object]], known: LooksDue, now: Callable[[], datetime]) -> None:
        self._read = read
        self._known = known
        self._now = now

    async def run(self) -> None:
        """A round a minute."""
        while True:
            await self.catch_up()
            await asyncio.sleep(EVERY)

    async def catch_up(self) -> None:
        """Look at everybody who is due, as far as PortaBilling answers."""
        while customers := await self._known.due(self._now(), AT_ONCE):
            errors = await asyncio.gather(*map(self._look, customers))
            unreadable = [customer for customer, error in zip(customers, errors, strict=True) if self._is_his_own(error)]
            if unreadable:
                log.warning("customers can't be read", customers=len(unreadable))
                await self._known.postpone(unreadable, self._now() + READ_IN_VAIN)
            unanswered = [error for error in errors if error and not self._is_his_own(error)]
            if unanswered:
                log.warning("looks put off", customers=len(unanswered), because=str(unanswered[0]))
                return

    async def _look(self, i_customer: str) -> DuebellError | None:
        try:
            await self._read(i_customer)
        except StorageError:
            raise
        except DuebellError as error:
            return error
        return None

    def _is_his_own(self, error: DuebellError | None) -> bool:
        """Whether it lies with the customer that he could not be read."""
        if isinstance(error, PortaBillingError):
            return isinstance(end_of(error, self._now()), BatchRefused)
        return error is not None
