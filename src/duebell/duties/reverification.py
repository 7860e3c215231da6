"""What is in force is proven again, at start and daily: what doesn't pass any more is an alarm until it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from duebell.configuration.check import Check, Result
from duebell.configuration.version import GroupPlace
from duebell.duties.verifications import cause_of, sentence_of, tell_of_ends
from duebell.espf.queue import HandlerState
from duebell.handlers import TYPES
from duebell.storage import alarms
from duebell.storage.handlers import all_handlers
from duebell.storage.store import Store
from duebell.storage.verify_history import Run, keep_run, runs

log = structlog.get_logger(__name__)

DAILY = timedelta(days=1)
AGAIN = timedelta(minutes=10)
"""Until what failed is proven again, for its all-clear."""
IDLE = 10.0
"""Seconds until a process that doesn't lead looks whether it does."""


class Reverification:
    """Proves again what is in force, at start and daily; `run()` until cancelled. A failure is an alarm, and stops no delivery."""

    def __init__(  # noqa: PLR0913 - the composition root passes every collaborator in
        self,
        store: Store,
        *,
        in_force: Callable[[], Awaitable[Mapping[GroupPlace, Mapping[str, str]]]],
        verify: Callable[[str, Mapping[str, str]], AsyncIterator[Check]],
        now: Callable[[], datetime],
        leads: Callable[[], bool],
        who: str,
        idle: float = IDLE,
    ) -> None:
        self._store = store
        self._in_force = in_force
        self._verify = verify
        self._now = now
        self._leads = leads
        self._who = who
        self._idle = idle

    async def run(self) -> None:
        """Look whenever it is time."""
        while True:
            if self._leads():
                failing = await self.look()
                await asyncio.sleep((AGAIN if failing else DAILY).total_seconds())
            else:
                await asyncio.sleep(self._idle)

    async def look(self) -> bool:
        """Prove everything once; return whether something failed."""
        failing = False
        for place, values in (await self._in_force()).items():
            began_at = self._now()
            checks = [check async for check in self._verify(place[1], values)]
            failing |= await self._told(place, began_at, checks)
        return failing

    async def _told(self, place: GroupPlace, began_at: datetime, checks: Sequence[Check]) -> bool:
        environment, group = place
        failed = [check for check in checks if check.result is Result.FAILED]
        run = Run(
            environment=environment,
            group=group,
            began_at=began_at,
            who=self._who,
            applied=False,
            checks=checks,
        )

        def unit(connection: Connection) -> None:
            if failed and not _is_told(connection, place):
                alarms.stand(connection, cause_of(place), sentence_of(failed[0]), self._now())
            elif not failed:
                alarms.clear(connection, cause_of(place), self._now())
            tell_of_ends(connection, place, checks, self._now())
            if is_news(run, runs(connection, environment, group, limit=1)):
                keep_run(connection, run)

        await asyncio.wrap_future(self._store.write(unit))
        log.info("verified again", group=group, failed=[check.slug for check in failed])
        return bool(failed)


def _is_told(connection: Connection, place: GroupPlace) -> bool:
    """Whether a handler of the group takes no events: its own alarm says so, and one cause is one alarm."""
    of_group = [
        row for row in all_handlers(connection) if (row.environment, TYPES[row.type].group.name) == place and row.enabled
    ]
    return any(row.state is not HandlerState.UP for row in of_group)


def is_news(run: Run, before: Sequence[Run]) -> bool:
    """Whether a run that nobody asked for belongs into the history: not what failed as it did the last time."""
    return run.passed or not before or [c.slug for c in run.failed] != [c.slug for c in before[0].failed]
