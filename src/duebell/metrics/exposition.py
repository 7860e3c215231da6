"""What a monitoring system gets when it asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from duebell.metrics.counted import Counted
from duebell.metrics.gauges import Gauges, Here
from duebell.storage.figures import Figures

FRESH = timedelta(seconds=5)
"""Figures are looked up so often at most, however many ask."""
CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """All metrics of one process. `read` looks up the figures of the database, `here` those of the process."""

    def __init__(
        self, read: Callable[[], Awaitable[Figures]], here: Callable[[], Here], now: Callable[[], datetime]
    ) -> None:
        self.registry = CollectorRegistry()
        self.counted = Counted(self.registry)
        self._gauges = Gauges(self.registry)
        self._read = read
        self._here = here
        self._now = now
        self._looked_at: datetime | None = None
        self._one_at_a_time = asyncio.Lock()
        ProcessCollector(registry=self.registry)

    async def text(self) -> bytes:
        """All of them, in Prometheus' text format.

        Raises:
            StorageError: the figures can't be looked up.
        """
        async with self._one_at_a_time:
            now = self._now()
            if self._looked_at is None or not timedelta(0) <= now - self._looked_at < FRESH:
                self._gauges.set(await self._read(), self._here(), now)
                self._looked_at = now
            return generate_latest(self.registry)
