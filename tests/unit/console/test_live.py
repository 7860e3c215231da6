import asyncio

import pytest

from duebell.console.live import Live
from duebell.errors import StorageError


class Counted:
    """Makes 1, 2, 3 …; fails where told to."""

    def __init__(self) -> None:
        self.made = 0
        self.fails = False

    async def __call__(self) -> int:
        self.made += 1
        await asyncio.sleep(0)
        if self.fails:
            raise StorageError("The disk is full.")
        return self.made


async def test_all_who_look_at_once_share_one_computation():
    made = Counted()
    live = Live(made, every=3600)
    seen = await asyncio.gather(*(live.next() for _ in range(20)))
    assert set(seen) == {(1, 1)}
    assert made.made == 1


async def test_nothing_is_computed_when_nobody_looks():
    made = Counted()
    Live(made, every=0)
    await asyncio.sleep(0.05)
    assert made.made == 0


async def test_the_next_view_waits_for_its_time_and_then_comes_to_all():
    made = Counted()
    live = Live(made, every=3600)
    number, _ = await live.next()
    waiting = [asyncio.create_task(live.next(number)) for _ in range(3)]
    await asyncio.sleep(0.05)
    assert made.made == 1
    assert not any(one.done() for one in waiting)
    for one in waiting:
        one.cancel()
    assert all(isinstance(one, asyncio.CancelledError) for one in await asyncio.gather(*waiting, return_exceptions=True))


async def test_each_who_follows_gets_each_newer_view():
    made = Counted()
    live = Live(made, every=0)
    number, first = await live.next()
    _, second = await live.next(number)
    assert (first, second) == (1, 2)


async def test_who_leaves_while_it_is_his_turn_holds_up_nobody():
    made = Counted()
    live = Live(made, every=0)
    number, _ = await live.next()
    leaving = asyncio.create_task(live.next(number))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    assert (await live.next(number))[0] == number + 1


async def test_after_a_change_the_next_look_sees_it_at_once():
    made = Counted()
    live = Live(made, every=3600)
    await live.next()
    live.outdate()
    assert await live.next() == (2, 2)


async def test_a_failure_comes_to_who_looks_and_the_next_look_tries_again():
    made = Counted()
    live = Live(made, every=0)
    made.fails = True
    with pytest.raises(StorageError):
        await live.next()
    made.fails = False
    assert (await live.next())[1] == 2
