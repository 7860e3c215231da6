"""What several look at at once: made once for all of them, while anybody looks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Live(Generic[T]):
    """A view of the present. `make` runs at most once in `every` seconds, and only while somebody asks for the next."""

    def __init__(self, make: Callable[[], Awaitable[T]], *, every: float = 1.0) -> None:
        self._make = make
        self._every = every
        self._turn = asyncio.Lock()
        self._made: T | None = None
        self._number = 0
        self._not_before = 0.0
        self.is_over = False
        """Whether whoever follows it should stop: the process ends."""

    async def next(self, after: int = 0) -> tuple[int, T]:
        """The first view that is newer than the one with this number, and its own number; 0: the present one, whatever it is.

        Raises what `make` raised, to each who asks.
        """
        async with self._turn:
            clock = asyncio.get_running_loop().time
            if self._made is None or (self._number <= after or clock() >= self._not_before):
                await asyncio.sleep(self._not_before - clock())
                self._not_before = clock() + self._every
                self._made = await self._make()
                self._number += 1
            return self._number, self._made

    def outdate(self) -> None:
        """Something was changed: whoever asks next sees it."""
        self._made, self._not_before = None, 0.0
