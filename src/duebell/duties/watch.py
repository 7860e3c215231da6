"""The watch over everything: the duty that tells people of alarms, and the heartbeat that a watchdog outside can miss."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from duebell.alarms.channels import channels
from duebell.alarms.duty import EVERY, Duty, Values
from duebell.alarms.heartbeat import Heartbeat
from duebell.storage.alarm_book import SqlAlarmBook
from duebell.storage.alarms import described
from duebell.storage.store import Store

MISSED_LOOKS = 4
"""So many of the duty's looks late, and it stands still."""


class Watch:
    """Both over one store; `data` is the folder whose disk is watched, `values` reads the group `Alarms` as it is in force."""

    def __init__(
        self,
        store: Store,
        *,
        data: Path,
        values: Values,
        standstill: Callable[[], Awaitable[Sequence[str]]],
        now: Callable[[], datetime],
    ) -> None:
        book = SqlAlarmBook(store)
        self.duty = Duty(
            book=book,
            values=values,
            channels=lambda settings: channels(settings, now),
            machine=socket.gethostname(),
            free_space=lambda: shutil.disk_usage(data).free,
            now=now,
        )
        self.heartbeat = Heartbeat(
            settings=lambda: self.duty.settings.heartbeat, write=book.beat, standstill=self._standstill, now=now
        )
        self._dispatchers = standstill
        self._now = now

    async def _standstill(self) -> list[str]:
        looked_at = self.duty.looked_at
        watching = looked_at is not None and self._now() - looked_at < MISSED_LOOKS * timedelta(seconds=EVERY)
        untold = ["alarms"] if not watching else ["telling of alarms"] if self.duty.is_mute else []
        return [f"work for {name}" for name in await self._dispatchers()] + untold

    def unstored(self) -> list[dict[str, Any]]:
        """The alarms that stand and are in no table, in the form of those that are."""
        alarm = self.duty.unstored.standing
        return [{**asdict(alarm), **described(alarm.cause), "told": []}] if alarm else []

    def heard(self) -> dict[str, Any]:
        """When the watchdog last heard from us, and why it didn't the last time."""
        return {
            "configured": self.duty.settings.heartbeat is not None,
            "sent_at": self.heartbeat.sent_at,
            "because": self.heartbeat.because,
        }
