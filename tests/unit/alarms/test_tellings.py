"""What both keepers of tellings promise: the database, and memory for the one alarm that can't be stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from builders import Clock
from duebell.alarms.book import Tellings
from duebell.alarms.news import CLAIM, EPISODES_WITHIN, News, What
from duebell.alarms.unstored import UnstoredAlarm
from duebell.storage import alarms
from duebell.storage.alarm_book import SqlAlarmBook
from unit.alarms.conftest import Watched

GRACE = timedelta(minutes=2)


@dataclass
class Keeper:
    tellings: Tellings
    sound: Callable[[], object]
    clear: Callable[[], object]
    clock: Clock

    async def news(self, *, after: timedelta = timedelta()) -> Sequence[News]:
        self.clock.at += after
        return await self.tellings.claim(["mail"], self.clock(), GRACE)

    async def tell(self, *, after: timedelta) -> list[What]:
        """Tell what there is to tell."""
        taken = await self.news(after=after)
        for news in taken:
            await self.tellings.told(news, self.clock())
        return [news.what for news in taken]


@pytest.fixture(params=["database", "memory"])
def keeper(request: pytest.FixtureRequest, watched: Watched) -> Keeper:
    clock, cause = watched.clock, "handler OdooCRM"
    if request.param == "memory":
        unstored = UnstoredAlarm()
        return Keeper(unstored, lambda: unstored.sound("It is so.", clock()), lambda: unstored.clear(clock()), clock)
    return Keeper(
        SqlAlarmBook(watched.store),
        lambda: watched.write(lambda c: alarms.stand(c, cause, "It is so.", clock())),
        lambda: watched.clear(cause),
        clock,
    )


async def test_what_is_taken_up_is_nobody_elses_until_its_time_is_over(keeper: Keeper) -> None:
    keeper.sound()
    [taken] = await keeper.news(after=GRACE)
    assert await keeper.news(after=CLAIM / 2) == []
    [again] = await keeper.news(after=CLAIM / 2)
    assert (taken.what, again.what, again.id) == (What.STANDS, What.STANDS, taken.id)


async def test_what_was_told_is_told_again_a_day_later_and_its_end_once(keeper: Keeper) -> None:
    keeper.sound()
    assert await keeper.tell(after=GRACE) == [What.STANDS]
    assert await keeper.tell(after=timedelta(hours=23)) == []
    assert await keeper.tell(after=timedelta(hours=1)) == [What.STILL]
    keeper.clear()
    assert await keeper.tell(after=GRACE / 2) == []
    assert await keeper.tell(after=GRACE / 2) == [What.OVER]
    assert await keeper.tell(after=timedelta(days=9)) == []


async def test_what_failed_is_due_when_it_was_put_off_to(keeper: Keeper) -> None:
    keeper.sound()
    [news] = await keeper.news(after=GRACE)
    await keeper.tellings.failed(news, "The mail server is away.", keeper.clock() + timedelta(minutes=7))
    assert await keeper.news(after=timedelta(minutes=6)) == []
    [again] = await keeper.news(after=timedelta(minutes=1))
    assert (again.tries, again.id) == (1, news.id)


async def test_what_comes_and_goes_has_to_last_longer_each_time(keeper: Keeper) -> None:
    for grace in (GRACE, 2 * GRACE, 4 * GRACE):
        keeper.sound()
        assert await keeper.tell(after=grace - timedelta(seconds=1)) == []
        assert await keeper.tell(after=timedelta(seconds=1)) == [What.STANDS]
        keeper.clear()
        assert await keeper.tell(after=grace - timedelta(seconds=1)) == []
        assert await keeper.tell(after=timedelta(seconds=1)) == [What.OVER]
    # until it has been quiet for long
    assert await keeper.tell(after=EPISODES_WITHIN + timedelta(seconds=1)) == []
    keeper.sound()
    assert await keeper.tell(after=GRACE) == [What.STANDS]
