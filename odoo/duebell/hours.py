# SPDX-License-Identifier: LGPL-3.0-only
"""When customers may be written to: at which hours of which days, on their own clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(7))


class AllowedHours(NamedTuple):
    """From one hour of the day until before another (8.5 is 8:30, 24 is midnight), on these weekdays (0 is Monday).

    `start` is before `end`, and there is at least one day.
    """

    start: float = 8
    end: float = 21
    days: frozenset[int] = EVERY_DAY

    def next(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The moment (aware) itself if it is allowed on clocks of the zone, else the next that is; UTC."""
        first = moment.astimezone(zone).date()
        days = (first + timedelta(days=ahead) for ahead in range(9))
        openings = (self._opening(day, zone) for day in days if day.weekday() in self.days)
        return next(max(moment, opens) for opens, closes in openings if moment < closes).astimezone(timezone.utc)

    def longest_pause(self) -> timedelta:
        """From the end of one day's hours until the next begin, at most."""
        days = sorted(self.days)
        apart = ((later - earlier - 1) % 7 + 1 for earlier, later in zip(days, [*days[1:], days[0]], strict=True))
        return timedelta(days=max(apart)) - timedelta(hours=self.end - self.start)

    def _opening(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        return _at(day, self.start, zone), _at(day, self.end, zone)


def leaving_time(
    ready: datetime, hours: AllowedHours | None, zone: ZoneInfo, now: datetime, leave_by: datetime | None = None
) -> datetime:
    """When a message that is ready at a moment leaves: within the hours (None: at any), but before `leave_by`.

    What couldn't leave before `leave_by` in allowed hours leaves now.
    """
    leaving = hours.next(ready, zone) if hours else ready
    return now if leave_by and leaving >= leave_by else leaving


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """Midnight of the zone's clocks, in UTC."""
    return _at(day, 0, zone)


def _at(day: date, hour: float, zone: ZoneInfo) -> datetime:
    """On the wall clock: eight is eight also on the day that summer time begins."""
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=round(hour * 60))
    return wall.replace(tzinfo=zone).astimezone(timezone.utc)
