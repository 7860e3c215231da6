"""Of equal questions at the same time one is asked, and its answer is everybody's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Flight(Generic[T]):
    question: asyncio.Future[T]
    waiting: int = 0


class SingleFlight(Generic[T]):
    """Within one event loop. A question ends when nobody waits for it any more; its error is everybody's, too."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}

    async def ask(self, key: Hashable, question: Callable[[], Awaitable[T]]) -> T:
        """The answer to the question under way for this key, or to this one."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.ensure_future(question()))
            flight.question.add_done_callback(lambda _: self._landed(key, flight))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.question)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.question.done():
                self._landed(key, flight)
                flight.question.cancel()

    def _landed(self, key: Hashable, flight: _Flight[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
