"""The alarm that storage fails: it can't be stored, and is told all the same. Kept in memory, for one process."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from duebell.alarms.causes import STORAGE
from duebell.alarms.news import CLAIM, EPISODES_WITHIN, Alarm, News, Telling, Told, What, news


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
        found = [one for channel in channels if (one := news(channel, alarm, self._telling(channel, now), now, grace))]
        for one in found:
            self._tellings[one.channel] = replace(self._telling(one.channel, now), next_at=now + CLAIM)
        return found

    async def told(self, news: News, now: datetime) -> None:
        before = self._telling(news.channel, now)
        told = Told(at=now, since=news.alarm.since, count=news.alarm.count)
        if news.what is What.OVER:
            self._tellings[news.channel] = Telling(next_at=now, episodes=before.episodes + 1)
        else:
            self._tellings[news.channel] = Telling(next_at=now, episodes=before.episodes, told=told)

    async def failed(self, news: News, because: str, next_at: datetime) -> None:  # noqa: ARG002 - the log has it
        before = self._telling(news.channel, next_at)
        self._tellings[news.channel] = replace(before, tries=news.tries + 1, next_at=next_at)

    def _telling(self, channel: str, now: datetime) -> Telling:
        known = self._tellings.get(channel)
        if known is None or (known.told is None and now > known.next_at + EPISODES_WITHIN):
            return Telling(next_at=now)
        return known
