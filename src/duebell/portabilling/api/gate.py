"""How many calls are out at once, and how many begin within a second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class Gate:
    """Callers wait in the order in which they came. `clock` and `sleep` are in seconds."""

    def __init__(
        self,
        in_flight: int,
        per_second: int | None,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._slots = asyncio.Semaphore(in_flight)
        self._gap = 1 / per_second if per_second else 0.0
        self._clock = clock
        self._sleep = sleep
        self._next_at = clock()

    def slot(self) -> asyncio.Semaphore:
        """To be held (`async with`) while a call is out, and what it needs before and after."""
        return self._slots

    async def turn(self) -> None:
        """Wait until the next call may begin."""
        if not self._gap:
            return
        now = self._clock()
        begins_at = max(now, self._next_at)
        self._next_at = begins_at + self._gap
        await self._sleep(begins_at - now)
