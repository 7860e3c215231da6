"""The heartbeat: a watchdog outside hears from us while all is well inside, and alarms when it doesn't."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from duebell.alarms.channel import NotTold
from duebell.alarms.group import HeartbeatSettings
from duebell.alarms.post import post
from duebell.errors import StorageError

log = structlog.get_logger(__name__)

UNCONFIGURED_LOOK = 10.0
"""Seconds until it is seen that a watchdog was configured."""


class Heartbeat:
    """Beats as the settings say, which are read anew each time. `run()` until cancelled.

    `write` writes something and raises StorageError where that fails; `standstill` names
    what doesn't move.
    """

    def __init__(
        self,
        *,
        settings: Callable[[], HeartbeatSettings | None],
        write: Callable[[datetime], Awaitable[None]],
        standstill: Callable[[], Awaitable[Sequence[str]]],
        now: Callable[[], datetime],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.sent_at: datetime | None = None
        """When the watchdog last heard from us."""
        self.because: str | None = None
        """Why it didn't the last time."""
        self._settings = settings
        self._write = write
        self._standstill = standstill
        self._now = now
        self._tls = tls

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await self.beat()
            settings = self._settings()
            await asyncio.sleep(settings.every if settings else UNCONFIGURED_LOOK)

    async def beat(self) -> None:
        """Beat once, if all is well inside."""
        settings = self._settings()
        if settings is None:
            return
        self.because = await self._trouble() or await self._sent(settings)
        if self.because is None:
            self.sent_at = self._now()
        else:
            log.error("no heartbeat", because=self.because)

    async def _trouble(self) -> str | None:
        """What isn't well inside."""
        try:
            await self._write(self._now())
        except StorageError as error:
            return str(error)
        still = await self._standstill()
        return f"Standing still: {', '.join(still)}." if still else None

    async def _sent(self, settings: HeartbeatSettings) -> str | None:
        try:
            await post(settings.url, b"", {"User-Agent": "Duebell"}, settings.allowed_hosts, self._tls)
        except NotTold as error:
            return str(error)
        return None
