"""The hours in which silence is counted, such as Mon-Fri 08:00-18:00. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FORM = re.compile(r"(?:(\w{3})(?:-(\w{3}))?)?\s*(?:(\d{2}:\d{2})-(\d{2}:\d{2}))?")
_HOW = "type it like Mon-Fri 08:00-18:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHours:
    """Weekdays (0 is Monday) and the hours of each, in a time zone; `closes` None: at midnight."""

    days: frozenset[int]
    opens: time
    closes: time | None
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, zone: str) -> OpenHours:
        """Read days, hours or both: `Mon-Fri`, `08:00-18:00`, `Sat 10:00-14:00`; an empty text is always.

        Raises:
            ValueError: it says what to type instead.
        """
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise ValueError(_HOW)
        first, last, opens, closes = match.groups()
        hours = cls(days=_days(first, last), opens=_time(opens or "00:00"), closes=_closing(closes), zone=ZoneInfo(zone))
        if hours.closes is not None and hours.closes <= hours.opens:
            raise ValueError(f"the hours end before they begin: {_HOW}")
        return hours

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much of the time from one moment to another (both aware) lies within these hours."""
        return sum(
            (max(min(closed, end) - max(opened, start), timedelta()) for opened, closed in self._days(start, end)),
            timedelta(),
        )

    def _days(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            following = day + timedelta(days=1)
            if day.weekday() in self.days:
                closed = (
                    datetime.combine(day, self.closes, self.zone)
                    if self.closes
                    else datetime.combine(following, time(), self.zone)
                )
                yield datetime.combine(day, self.opens, self.zone).astimezone(UTC), closed.astimezone(UTC)
            day = following


def _days(first: str | None, last: str | None) -> frozenset[int]:
    if first is None:
        return frozenset(range(7))
    begins = _day(first)
    return frozenset((begins + further) % 7 for further in range((_day(last or first) - begins) % 7 + 1))


def _day(name: str) -> int:
    try:
        return DAYS.index(name.capitalize())
    except ValueError:
        raise ValueError(f"days are {', '.join(DAYS)}: {_HOW}") from None


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is no time of the day: {_HOW}") from None


def _closing(text: str | None) -> time | None:
    return None if text in {None, "24:00"} else _time(str(text))
