"""EventSender's queue: fresh events in order, those to be posted again by when that is."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random

from duebell.sandbox.portabilling.raw_event import PostedEvent
from duebell.tasks import set_within

COALESCED = {"Customer/Status/Limited", "Customer/Status/Suspend", "Customer/Status/Suspended"}


@dataclass(order=True, slots=True)
class Queued:
    """One event that is to be posted at or after `due` in the loop's time (0: it never was); `turn` is its place in the line."""

    due: float
    turn: int
    event: PostedEvent = field(compare=False)
    dropped: bool = field(default=False, compare=False)
    """A later one took its place."""


class Queue:
    """The events that wait."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._fresh: deque[Queued] = deque()
        self._again: list[Queued] = []
        self._statuses: defaultdict[str, list[Queued]] = defaultdict(list)
        self._turn = count()
        self._waiting = 0
        self._more = asyncio.Event()

    def __len__(self) -> int:
        return self._waiting

    def add(self, event: PostedEvent) -> None:
        """Queue a new event."""
        queued = Queued(0, next(self._turn), event)
        self._fresh.append(queued)
        self._noted(queued)

    def add_again(self, queued: Queued, due: float) -> None:
        """Queue one that was taken, to be posted at or after `due`."""
        queued.due = due
        heappush(self._again, queued)
        self._noted(queued)

    def coalesce(self, event: PostedEvent) -> list[PostedEvent]:
        """Drop what a customer's new status makes superfluous; what was dropped."""
        if event.type not in COALESCED or event.i_customer is None:
            return []
        earlier = self._statuses.pop(event.i_customer, [])
        for queued in earlier:
            queued.dropped = True
        self._waiting -= len(earlier)
        return [queued.event for queued in earlier]

    async def take(self, disorder: int) -> Queued:
        """Wait for an event that is due, and take it: one of the `disorder` oldest."""
        while (queued := self._due(disorder)) is None:
            self._more.clear()
            wait = self._again[0].due - asyncio.get_running_loop().time() if self._again else None
            await set_within(self._more, wait)
        return queued

    def waiting(self) -> list[PostedEvent]:
        """The events that wait, fresh ones first."""
        return [queued.event for queued in [*self._fresh, *sorted(self._again)] if not queued.dropped]

    def _noted(self, queued: Queued) -> None:
        self._waiting += 1
        if queued.event.type in COALESCED and queued.event.i_customer is not None:
            self._statuses[queued.event.i_customer].append(queued)
        self._more.set()

    def _due(self, disorder: int) -> Queued | None:
        while self._again and (self._again[0].dropped or self._again[0].due <= asyncio.get_running_loop().time()):
            queued = heappop(self._again)
            if not queued.dropped:
                return self._taken(queued)
        while self._fresh:
            place = self._random.randrange(min(disorder, len(self._fresh)))
            queued = self._fresh[place]
            del self._fresh[place]
            if not queued.dropped:
                return self._taken(queued)
        return None

    def _taken(self, queued: Queued) -> Queued:
        self._waiting -= 1
        same = self._statuses.get(queued.event.i_customer or "", [])
        if queued in same:
            same.remove(queued)
        return queued
