"""Recording for many callers at once: what comes while a commit is under way goes into the next one, together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from duebell.errors import ConflictingEvent
from duebell.espf.envelope import Happening
from duebell.espf.rules import Ages, usual_ages
from duebell.storage.environments import UnknownEnvironment
from duebell.storage.recorder import Recorded, record
from duebell.storage.store import Store

MOST_EVENTS = 500
"""About so many events go in one unit of work; a caller's own are never divided."""

_Caller = tuple[Sequence[Happening], asyncio.Future[list[Recorded]]]


class Recording:
    """Records on `store`. Nobody waits for a fuller commit: when none is under way, one begins at once.

    `within` says for how long each type is worth telling.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        within: Ages = usual_ages,
    ) -> None:
        self._store = store
        self._now = now
        self._within = within
        self._waiting: list[_Caller] = []
        self._work: asyncio.Task[None] | None = None

    async def record(self, happenings: Sequence[Happening]) -> list[Recorded]:
        """Record the caller's events, all or none; they are on disk when this returns.

        Raises:
            UnknownEnvironment: one of them is of an environment that isn't here.
            ConflictingEvent: one of them was recorded before with other content.
            StorageError: the engine failed.
        """
        caller: _Caller = (happenings, asyncio.get_running_loop().create_future())
        self._waiting.append(caller)
        if self._work is None:
            self._work = asyncio.create_task(self._record_all())
        return await caller[1]

    async def _record_all(self) -> None:
        while self._waiting:
            await self._record_together(self._next_group())
        self._work = None

    def _next_group(self) -> list[_Caller]:
        events, count = 0, 0
        while count < len(self._waiting) and events < MOST_EVENTS:
            events += len(self._waiting[count][0])
            count += 1
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    async def _record_together(self, group: Sequence[_Caller]) -> None:
        together = [happening for happenings, _ in group for happening in happenings]
        try:
            recorded = await asyncio.wrap_future(
                self._store.write(lambda connection: record(connection, together, self._now(), self._within))
            )
        except (ConflictingEvent, UnknownEnvironment) as error:
            if len(group) == 1:
                _end(group[0], error)
                return
            for caller in group:  # one of them is at fault
                await self._record_together([caller])
        except Exception as error:  # noqa: BLE001 - each caller gets it
            for caller in group:
                _end(caller, error)
        else:
            results = iter(recorded)
            for caller in group:
                _end(caller, [next(results) for _ in caller[0]])


def _end(caller: _Caller, result: list[Recorded] | Exception) -> None:
    _, future = caller
    if future.done():  # the caller went away
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
