"""How many calls are out at once, and how many begin within a second."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gate:
    """Callers wait in the order in which they came."""

    def __init__(self, in_flight: int, per_second: int | None) -> None:
        self._slots = asyncio.Semaphore(in_flight)
        self._gap = 1 / per_second if per_second else 0.0
        self._next_at = 0.0

    @asynccontextmanager
    async def passage(self) -> AsyncIterator[None]:
        """Within it a call may be out."""
        async with self._slots:
            await self._turn()
            yield

    async def _turn(self) -> None:
        if not self._gap:
            return
        now = asyncio.get_running_loop().time()
        begins_at = max(now, self._next_at)
        self._next_at = begins_at + self._gap
        await asyncio.sleep(begins_at - now)
