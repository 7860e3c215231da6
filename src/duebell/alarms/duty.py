"""The duty: keeps watch, and tells people what stands and what is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

import structlog

from duebell.alarms.book import Book, Tellings
from duebell.alarms.channel import Channel, NotTold
from duebell.alarms.conditions import Here
from duebell.alarms.group import Settings
from duebell.alarms.news import News, retry_at
from duebell.alarms.unstored import UnstoredAlarm
from duebell.errors import InvalidValue, NotConfigured, StorageError
from duebell.tasks import set_within

log = structlog.get_logger(__name__)

EVERY = 30.0
"""Seconds between two looks."""
MUTE_AFTER = 2
"""Times that telling something failed before; once more, and the channel is taken to reach nobody."""
PATIENCE = 60.0
"""Seconds that one telling may take."""

Values = Callable[[], Awaitable[Mapping[str, str]]]
"""The group's values in force; none where nothing is configured."""


class Duty:
    """Looks every 30 s, and at once when woken. `run()` until cancelled.

    Each telling goes its own way, so that a silent mail server holds up neither the others nor the next look.
    """

    def __init__(  # noqa: PLR0913 - the composition root passes every collaborator in
        self,
        *,
        book: Book,
        values: Values,
        channels: Callable[[Settings], Mapping[str, Channel]],
        machine: str,
        free_space: Callable[[], int],
        now: Callable[[], datetime],
    ) -> None:
        self.settings = Settings.of({})
        """Those in force; the last ones that could be read."""
        self.unstored = UnstoredAlarm()
        """The alarm that storage fails, which is in no table."""
        self.looked_at: datetime | None = None
        """When it last looked to the end."""
        self._book = book
        self._values = values
        self._build = channels
        self._channels: Mapping[str, Channel] = {}
        self._machine = machine
        self._free_space = free_space
        self._now = now
        self._woken = asyncio.Event()
        self._tellings: set[asyncio.Task[None]] = set()
        self._failing: set[str] = set()

    @property
    def is_mute(self) -> bool:
        """Whether there are channels, and each has failed several times in a row."""
        return bool(self._channels) and self._failing.issuperset(self._channels)

    def wake(self) -> None:
        """The configuration has changed, perhaps: look at once."""
        self._woken.set()

    async def run(self) -> None:
        """Keep watch until cancelled; what is being told then is told again by whoever keeps watch next."""
        try:
            while True:
                self._woken.clear()
                await self.look()
                await set_within(self._woken, EVERY)
        finally:
            for telling in self._tellings:
                telling.cancel()
            await self.everything_told()

    async def look(self) -> None:
        """Look once, and begin to tell what there is to tell."""
        now = self._now()
        try:
            here = Here(machine=self._machine, trouble=await self._reread(), free_space=self._free_space())
            await self._book.beat(now)
            await self._book.observe(self.settings.limits, here, now)
            self._tell(self._book, await self._book.claim(self._channels, now, self.settings.grace))
        except StorageError as error:
            log.error("storage failed", because=str(error))  # noqa: TRY400 - the sentence says all
            self.unstored.sound(str(error), now)
        else:
            self.unstored.clear(now)
        self._tell(self.unstored, await self.unstored.claim(self._channels, now, self.settings.grace))
        self.looked_at = now

    async def everything_told(self) -> None:
        """Return when nothing is being told any more."""
        await asyncio.gather(*self._tellings, return_exceptions=True)

    async def _reread(self) -> str | None:
        """Put in force what was applied; return why it can't be read, then the last goes on."""
        try:
            settings = Settings.of(await self._values())
        except (NotConfigured, InvalidValue) as error:
            return str(error)
        if settings != self.settings:
            self.settings = settings
            self._channels = self._build(settings)
            self._failing.clear()
        return None

    def _tell(self, tellings: Tellings, all_news: Sequence[News]) -> None:
        for news in all_news:
            telling = asyncio.create_task(self._tell_one(tellings, news, self._channels[news.channel]))
            self._tellings.add(telling)
            telling.add_done_callback(self._tellings.discard)

    async def _tell_one(self, tellings: Tellings, news: News, channel: Channel) -> None:
        because = await _told(channel, news)
        now = self._now()
        if because is None:
            self._failing.discard(news.channel)
        elif news.tries >= MUTE_AFTER:
            self._failing.add(news.channel)
        try:
            if because is None:
                await tellings.told(news, now)
                log.info("alarm told", channel=news.channel, cause=news.alarm.cause, what=news.what.value)
            else:
                again = retry_at(news.tries + 1, now)
                await tellings.failed(news, because, again)
                log.error(
                    "alarm not told", channel=news.channel, cause=news.alarm.cause, because=because, again=again.isoformat()
                )
        except StorageError as error:
            log.error("storage failed", because=str(error))  # noqa: TRY400 - the sentence says all


async def _told(channel: Channel, news: News) -> str | None:
    """Tell it; return why that failed, if so."""
    try:
        async with asyncio.timeout(PATIENCE):
            await channel.tell(news)
    except NotTold as error:
        return str(error)
    except TimeoutError:
        return f"It took longer than {PATIENCE:.0f} s."
    except Exception as bug:
        log.exception("internal error", channel=news.channel)
        return f"An internal error ({type(bug).__name__}); the log tells more."
    return None
