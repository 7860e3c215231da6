"""What the duty needs of storage: the port."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from duebell.alarms.conditions import Here, Limits
from duebell.alarms.news import News


class Tellings(Protocol):
    """What there is to tell, taken up by one process only, and how that ended. Every method commits before it returns.

    Raises:
        StorageError: it can't be read or written.
    """

    async def claim(self, channels: Collection[str], now: datetime, grace: timedelta) -> Sequence[News]:
        """Take up what is to be told now on these channels; nobody else gets it for as long as `news.CLAIM`."""

    async def told(self, news: News, now: datetime) -> None:
        """People know."""

    async def failed(self, news: News, because: str, next_at: datetime) -> None:
        """They don't, and are told again at `next_at`."""


class Book(Tellings, Protocol):
    """The alarms, and what they are made from."""

    async def observe(self, limits: Limits, here: Here, now: datetime) -> None:
        """Sound and end the alarms about what is watched."""

    async def beat(self, now: datetime) -> None:
        """Write something: what can't be written now, nothing else can."""
