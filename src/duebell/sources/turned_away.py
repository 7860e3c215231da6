"""What was answered 503 for a reason that a person can mend: counted and alarmed, and nothing else of it is kept."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection

from duebell.errors import StorageError
from duebell.storage.store import Store
from duebell.storage.turned_away import Away, end_of_turned_away, turned_away

log = structlog.get_logger(__name__)

TOGETHER = 1.0
"""Seconds between two commits: whoever knocks often costs no more."""
LOOK = 30.0
"""Seconds until it is looked again whether it is over."""


class TurnedAway:
    """Requests of this process, over a store."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._counted: Counter[Away] = Counter()
        self._work: asyncio.Task[None] | None = None

    def count(self, away: Away) -> None:
        """One more; nothing that was sent is in it."""
        self._counted[away] += 1
        if self._work is None:
            self._work = asyncio.create_task(self._keep())

    async def run(self) -> None:
        """End the alarms that are over, until cancelled."""
        while True:
            await self._write(partial(end_of_turned_away, now=self._now()))
            await asyncio.sleep(LOOK)

    async def _keep(self) -> None:
        try:
            while self._counted:
                counted, self._counted = self._counted, Counter()
                await self._write(partial(turned_away, counted=counted, now=self._now()))
                await asyncio.sleep(TOGETHER)
        finally:
            self._work = None

    async def _write(self, unit: Callable[[Connection], None]) -> None:
        try:
            await asyncio.wrap_future(self._store.write(unit))
        except StorageError as error:
            log.error("storage failed", task="turning away", because=str(error))  # noqa: TRY400 - the sentence says all
