"""Whether what has waited still holds: its source is asked before anybody is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from duebell.espf.handler import Owed
from duebell.espf.rules import SUPERSEDED_BY

FRESH = timedelta(seconds=60)
"""What was recorded less than that ago is believed."""


class StillTrue(Protocol):
    """Asks the sources of events, which may know more than what they sent."""

    async def __call__(self, batch: Sequence[Owed]) -> Sequence[Owed]:
        """The same events in the same order, those that a source says are untrue with what made them so, which is recorded by then.

        A source that can't answer now changes nothing: its events are judged by the later ones of their stream. It takes seconds
        at most. Where nothing is doubtful nothing is asked.

        Raises:
            StorageError: the engine failed.
        """


def doubtful(batch: Sequence[Owed], now: datetime) -> list[Owed]:
    """Those that somebody would be told of though they have waited, and that something could have made untrue meanwhile."""
    return [owed for owed in batch if _is_doubtful(owed, now)]


def _is_doubtful(owed: Owed, now: datetime) -> bool:
    if owed.recorded_at is None or now - owed.recorded_at <= FRESH:
        return False
    return owed.superseded_by is None and owed.notify_by >= now and owed.type in SUPERSEDED_BY


async def as_recorded(batch: Sequence[Owed]) -> Sequence[Owed]:
    """The `StillTrue` of sources that record every change at once: there is nobody to ask."""
    return batch
