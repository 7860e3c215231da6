"""When something occurred, as far as it can be said, and the customer's own days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from duebell.portabilling.ladder import Ladder
from duebell.portabilling.raw import RawEvent

ONE_DAY = timedelta(days=1)
MORNING = time(6)
"""The customer's local time at which what a new day brings is looked for: PortaBilling closes the day before by then."""


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day there."""
    return moment.astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there (UTC)."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def morning(day: date, zone: ZoneInfo) -> datetime:
    """When that day is looked at there (UTC)."""
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What is known of when things occurred that a reading shows at `now`.

    `last_read_at` is when the customer was read before (None: never); `causes` are the raw events that the reading was made for.
    """

    now: datetime
    last_read_at: datetime | None
    causes: Sequence[RawEvent]

    def between(self, dated: datetime | None, *, was_known: bool, said: datetime | None) -> datetime:
        """When that occurred which is found now: as a raw event `said`, else as it is `dated`, else now.

        Never after now, nor before its date; nor before the last reading, if that would have shown it (`was_known`).
        """
        not_before = [at for at in (dated, self.last_read_at if was_known else None) if at]
        if said is not None:
            return min(max([said, *not_before]), self.now)
        if dated is not None and dated == max(not_before):
            return min(dated, self.now)
        return self.now

    def first_of_invoice(self, i_invoice: str) -> datetime | None:
        """When the first of the raw events about it occurred."""
        return min(self._of_invoice(i_invoice), default=None)

    def last_of_invoice(self, i_invoice: str) -> datetime | None:
        """When the last of the raw events about it occurred."""
        return max(self._of_invoice(i_invoice), default=None)

    def last_of_customer(self) -> datetime | None:
        """When the last of the raw events about the customer's status occurred."""
        return max((cause.at for cause in self.causes if _may_tell_of_status(cause)), default=None)

    def _of_invoice(self, i_invoice: str) -> list[datetime]:
        return [cause.at for cause in self.causes if cause.variables.get("i_invoice") == i_invoice]


def _may_tell_of_status(cause: RawEvent) -> bool:
    return "i_invoice" not in cause.variables and cause.type not in {"Customer/BalanceChanged", "Customer/Name/Changed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The customer's day on which he is read, by his clock; his class's ladder; and when things occurred."""

    today: date
    zone: ZoneInfo
    ladder: Ladder
    moments: Moments

    @property
    def last_read_on(self) -> date | None:
        """The customer's day of the last reading."""
        last = self.moments.last_read_at
        return None if last is None else day_of(last, self.zone)
