"""When one event that could not be provisioned is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential backoff with jitter. `first` doubles each time up to `longest`; after `give_up_after` a person is needed."""

    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(minutes=30)
    give_up_after: timedelta = timedelta(hours=24)

    def next_try(self, *, attempts: int, first_attempt_at: datetime, now: datetime, jitter: float) -> datetime | None:
        """When the next attempt is due after `attempts` (at least 1) failed ones; None: exhausted.

        `jitter`, in [0, 1), spreads the wait over its second half.
        """
        wait = min(self.first * 2 ** min(attempts - 1, 32), self.longest)
        due = now + wait * (0.5 + jitter / 2)
        return due if due - first_attempt_at <= self.give_up_after else None
