"""A hold: until its last day nothing is collected from a customer, whatever he owes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
LONGEST = timedelta(days=366)
"""From today to a hold's last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """From `began_on` through `until`, the customer's days; `number` counts his holds, `because` says why, for people.

    One that is released still counts on the day of its release: collection goes on with the next day's billing run.
    """

    number: int
    began_on: date
    until: date
    because: str
    released_on: date | None = None

    @property
    def last_day(self) -> date:
        """The last day on which nothing is collected."""
        return self.released_on or self.until

    def in_force(self, today: date) -> bool:
        """Whether it holds, and nobody released it."""
        return self.released_on is None and today <= self.until


def put_off(day: date, counted_from: date, holds: Iterable[Hold]) -> date:
    """When comes what would come on `day`: the days of a hold don't count, and what a hold lifted is back right after it.

    `holds` are in order; those of before `counted_from` have put off that day itself.
    """
    for hold in holds:
        if hold.last_day > counted_from:
            to_go = max(day - hold.began_on, timedelta(0))
            day = hold.last_day + ONE_DAY + to_go
    return day


def first_day_after(holds: Iterable[Hold], day: date) -> date:
    """That day, or the one after the last hold if that is later."""
    return max([day, *(hold.last_day + ONE_DAY for hold in holds)])
