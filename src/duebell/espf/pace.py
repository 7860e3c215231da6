"""How fast a target is called: how many events a call carries, how many calls are out, how many begin in a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

BEARABLE = 10.0
"""Seconds that a call may take; one that takes longer carries too much for its target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an operator allows for one target, over all processes; `calls_per_second` None: as many as it bears."""

    calls_in_flight: int = 1
    calls_per_second: float | None = None


class Pace:
    """Follows what the target bears. `share`, in (0, 1], is this process's part of the limits."""

    def __init__(self, limits: Limits, *, share: Callable[[], float] = lambda: 1.0) -> None:
        self._limits = limits
        self._share = share
        self._batch: int | None = None
        self._last_call_at: datetime | None = None

    @property
    def calls_in_flight(self) -> int:
        """How many calls may be out at once."""
        return max(1, round(self._limits.calls_in_flight * self._share()))

    def batch(self, most: int) -> int:
        """How many events the next call may carry, where the target takes at most `most`."""
        return most if self._batch is None else max(1, min(self._batch, most))

    def wait_until(self, now: datetime) -> datetime | None:
        """When the next call may begin, if not now."""
        if self._last_call_at is None or self._limits.calls_per_second is None:
            return None
        next_call_at = self._last_call_at + self._gap(self._limits.calls_per_second)
        # Before the last call: the clock was set back.
        return next_call_at if self._last_call_at <= now < next_call_at else None

    def began(self, now: datetime) -> None:
        """A call begins."""
        self._last_call_at = now

    def answered(self, events: int, seconds: float) -> None:
        """A call was answered: twice as many in the next, or so many as it would bear."""
        if seconds > BEARABLE:
            self._batch = max(1, int(events * BEARABLE / seconds / 2))
        elif self._batch is not None:
            self._batch *= 2

    def failed(self, events: int) -> None:
        """The target went down under a call: it may be the size that it can't bear."""
        self._batch = max(1, events // 2)

    def _gap(self, calls_per_second: float) -> timedelta:
        return timedelta(seconds=1 / (calls_per_second * self._share()))
