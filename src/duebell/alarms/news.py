"""What people are still to be told of an alarm, on one channel: the rule that keeps an alarm from becoming a storm. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

REMINDED_EVERY = timedelta(days=1)
UPDATED_EVERY = timedelta(hours=1)
LONGEST_GRACE = timedelta(hours=1)
EPISODES_WITHIN = timedelta(days=1)
"""What comes back within this time of its all-clear comes and goes: it has to last longer to be told."""
CLAIM = timedelta(minutes=2)
"""What a process takes up to tell is left alone by others for so long; one that ended meanwhile has it told again then."""
_FIRST_RETRY = timedelta(minutes=1)
_SLOWEST_RETRY = timedelta(minutes=30)
_NAMESPACE = UUID("0d3a6c2e-2f53-5f0e-9d0c-5a1f7f0f7a52")


class What(StrEnum):
    """What is told."""

    STANDS = "stands"
    MORE = "more"
    """It happened again since."""
    STILL = "still"
    """Nothing new, a day later."""
    OVER = "over"
    """The all-clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm as it is now; `cleared_at` is its all-clear. Times are aware."""

    cause: str
    sentence: str
    since: datetime
    last_at: datetime
    count: int
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What people believe: when they were told, of an alarm that then stood since and was counted so."""

    at: datetime
    since: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is kept of an alarm on a channel. `told` None: people believe that all is well.

    `episodes`: how many all-clears they were told lately. `tries` failed since; not before `next_at`.
    """

    next_at: datetime
    told: Told | None = None
    episodes: int = 0
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing to be told on one channel, taken up; `before` is what people believe until then."""

    channel: str
    what: What
    alarm: Alarm
    before: Told | None
    tries: int

    @property
    def id(self) -> UUID:
        """The same each time that it is tried, so that who got it already knows."""
        return uuid5(
            _NAMESPACE, f"{self.channel} {self.what} {self.alarm.cause} {self.since} {self.before and self.before.at}"
        )

    @property
    def thread(self) -> UUID:
        """The first telling of the same alarm."""
        return uuid5(_NAMESPACE, f"{self.channel} {What.STANDS} {self.alarm.cause} {self.since} None")

    @property
    def since(self) -> datetime:
        """Since when people believe that it stands; if they don't yet, since when it does."""
        return self.before.since if self.before else self.alarm.since


def news(channel: str, alarm: Alarm, telling: Telling | None, now: datetime, grace: timedelta) -> News | None:
    """Return what is to be told now, None: nothing. What began or ended within `grace` isn't told yet: it may pass.

    The grace doubles with each episode, to an hour at most.
    """
    telling = telling or Telling(next_at=now)
    if now < telling.next_at:
        return None
    told = telling.told
    grace = min(grace * 2.0 ** min(telling.episodes, 16), max(grace, LONGEST_GRACE))
    what = _ended(alarm, told, now, grace) if alarm.cleared_at is not None else _standing(alarm, told, now, grace)
    if what is None:
        return None
    return News(channel=channel, what=what, alarm=alarm, before=told, tries=telling.tries)


def retry_at(tries: int, now: datetime) -> datetime:
    """Return when to tell again what failed for the `tries`-th time."""
    return now + min(_FIRST_RETRY * 2.0 ** min(tries - 1, 16), _SLOWEST_RETRY)


def _ended(alarm: Alarm, told: Told | None, now: datetime, grace: timedelta) -> What | None:
    assert alarm.cleared_at is not None  # noqa: S101 - asked for ended ones only
    return What.OVER if told is not None and now >= alarm.cleared_at + grace else None


def _standing(alarm: Alarm, told: Told | None, now: datetime, grace: timedelta) -> What | None:
    if told is None:
        return What.STANDS if now >= alarm.since + grace else None
    if (alarm.since, alarm.count) != (told.since, told.count) and now >= told.at + UPDATED_EVERY:
        return What.MORE
    return What.STILL if now >= told.at + REMINDED_EVERY else None
