"""What targets wait for a person to say before they tell more: looked for each minute, and told by an alarm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from duebell.alarms.causes import GUARD
from duebell.errors import NotConfigured
from duebell.espf.agreement import Guarded
from duebell.espf.handler import ProvisioningError
from duebell.espf.queue import HandlerRow
from duebell.espf.target import TargetOf
from duebell.storage import alarms
from duebell.storage.handlers import all_handlers
from duebell.storage.store import Store

EVERY = 60.0
"""Seconds between two looks."""
AT_MOST = 10.0
"""Seconds that a target may take to answer."""


class Guards:
    """Asks each target; `run()` until cancelled. One that can't be asked leaves its alarm as it was: that it is down is another."""

    def __init__(self, store: Store, target: TargetOf, now: Callable[[], datetime], leads: Callable[[], bool]) -> None:
        self._store = store
        self._target = target
        self._now = now
        self._leads = leads
        self._quiet: set[str] = set()
        """Handlers whose alarm doesn't stand, as far as this process knows."""

    async def run(self) -> None:
        """Look, again and again."""
        while True:
            await asyncio.sleep(EVERY)
            if self._leads():
                await self.look()

    async def look(self) -> None:
        """Ask every target once, all at the same time."""
        rows = await asyncio.to_thread(self._store.read, all_handlers)
        await asyncio.gather(*(self._look_at(row) for row in rows if row.enabled))

    async def _look_at(self, row: HandlerRow) -> None:
        waits = await self._asked(row)
        if waits is None or (not waits and row.name in self._quiet):
            return
        follow = partial(alarms.follow, cause=GUARD + row.name, sentence=" ".join(waits) if waits else None, now=self._now())
        await asyncio.wrap_future(self._store.write(follow))
        (self._quiet.discard if waits else self._quiet.add)(row.name)

    async def _asked(self, row: HandlerRow) -> Sequence[str] | None:
        """What it waits for; None: it couldn't be asked."""
        try:
            async with asyncio.timeout(AT_MOST), self._target(row) as target:
                return await target.guards() if isinstance(target, Guarded) else ()
        except (NotConfigured, TimeoutError, ProvisioningError):
            return None
