"""What a peer is given to do, and what its no-op writes down: how many jobs ran, whether in order, when it is enough."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Load:
    """So many events of so many streams, into the empty PostgreSQL database at `url`; after `seconds` it is enough."""

    url: str
    streams: int
    events: int
    seconds: float

    @classmethod
    def ordered(cls) -> Load:
        """As the first line of the standard input says, in JSON."""
        return cls(**json.loads(sys.stdin.readline()))

    def stream(self, number: int) -> int:
        """Whose event this is."""
        return number % self.streams


class Log:
    """Told of each job that runs, from whatever thread; calls `enough` once, at the last job or when time is up."""

    def __init__(self, load: Load, *, keeps_order: bool, enough: Callable[[], None]) -> None:
        self._load = load
        self._keeps_order = keeps_order
        self._enough = enough
        self._last: dict[int, int] = {}
        self._disorder = ""
        self._count = 0
        self._began = self._ended = 0.0
        self._one_at_a_time = Lock()

    def ran(self, number: int) -> None:
        """The job with this number runs now."""
        with self._one_at_a_time:
            if self._ended:
                return
            now = time.perf_counter()
            self._began = self._began or now
            self._count += 1
            self._watch_order(number)
            if self._count == self._load.events or now - self._began > self._load.seconds:
                self._ended = now
                self._enough()

    def tell(self) -> None:
        """Print how many jobs ran in how many seconds, from the first job to the last: starting up is not counted.

        Raises:
            RuntimeError: an order was to be kept and wasn't, so the measurement doesn't count.
        """
        if self._disorder:
            raise RuntimeError(self._disorder)
        print(json.dumps({"events": self._count, "seconds": self._ended - self._began}), flush=True)

    def _watch_order(self, number: int) -> None:
        if not self._keeps_order:
            return
        stream = self._load.stream(number)
        if number <= self._last.get(stream, -1):
            self._disorder = f"Stream {stream} is out of order: {number} came after {self._last[stream]}."
        self._last[stream] = number
