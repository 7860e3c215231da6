"""The alarm that storage fails: it can't be stored, and is told all the same. Kept in memory, for one process."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from duebell.alarms.causes import STORAGE
from duebell.alarms.news import CLAIM, Alarm, News, Telling, Told, What, news


class UnstoredAlarm:
    """`book.Tellings` of that one alarm."""

    def __init__(self) -> None:
        self._alarm: Alarm | None = None
        self._tellings: dict[str, Telling] = {}

    @property
    def standing(self) -> Alarm | None:
        """The alarm, while it stands."""
        return self._alarm if self._alarm and self._alarm.cleared_at is None else None

    def sound(self, sentence: str, now: datetime) -> None:
        """Storage failed, perhaps not for the first time."""
        stands = self.standing
        self._alarm = Alarm(
            cause=STORAGE, sentence=sentence, since=stands.since if stands else now, last_at=now, count=1, cleared_at=None
        )

    def clear(self, now: datetime) -> None:
        """Storage works."""
        if stands := self.standing:
            self._alarm = replace(stands, cleared_at=now)

    async def claim(self, channels: Collection[str], now: datetime, grace: timedelta) -> Sequence[News]:
        if self._alarm is None:
            return ()
        alarm = self._alarm
        found = [one for channel in channels if (one := news(channel, alarm, self._tellings.get(channel), now, grace))]
        for one in found:
            self._tellings[one.channel] = Telling(told=one.before, tries=one.tries, next_at=now + CLAIM)
        return found

    async def told(self, news: News, now: datetime) -> None:
        if news.what is What.OVER:
            self._tellings.pop(news.channel, None)
        else:
            told = Told(at=now, since=news.alarm.since, count=news.alarm.count)
            self._tellings[news.channel] = Telling(told=told, next_at=now)

    async def failed(self, news: News, because: str, next_at: datetime) -> None:  # noqa: ARG002 - the log has it
        self._tellings[news.channel] = Telling(told=news.before, tries=news.tries + 1, next_at=next_at)
