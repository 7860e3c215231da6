"""A PortaBilling that has sent nothing for too long on working days: nobody hears that an event sender has stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from duebell.alarms.causes import QUIET
from duebell.alarms.open_hours import OpenHours
from duebell.storage import alarms
from duebell.storage.sources import all_sources
from duebell.storage.store import Store

EVERY = 60.0
"""Seconds between two looks."""
WORKING_DAYS = OpenHours.parse("Mon-Fri", "UTC")


class Quiet:
    """The watch over all sources; `longest` gives by environment after how long silence is an alarm, those that it never is left out."""

    def __init__(
        self,
        store: Store,
        longest: Callable[[], Mapping[str, timedelta]],
        now: Callable[[], datetime],
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._longest = longest
        self._now = now
        self._leads = leads

    async def run(self) -> None:
        """Look once a minute, until cancelled."""
        while True:
            if self._leads():
                await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Raise the alarms of those that are too quiet, and end those that are over."""
        unit = partial(_follow, longest=self._longest(), now=self._now())
        await asyncio.wrap_future(self._store.write(unit))


def _follow(connection: Connection, longest: Mapping[str, timedelta], now: datetime) -> None:
    for source, _ in all_sources(connection):
        sentence = _too_long(source.last_event_at, longest.get(source.environment), now)
        alarms.follow(connection, QUIET + source.environment, sentence, now)


def _too_long(last: datetime | None, limit: timedelta | None, now: datetime) -> str | None:
    """How long no event has come, if that is longer than the limit."""
    if not last or not limit or WORKING_DAYS.between(last, now) <= limit:
        return None
    hours = limit // timedelta(hours=1)
    return f"PortaBilling's last event came at {last:%Y-%m-%d %H:%M} (UTC): for over {hours} h on working days nothing did."
