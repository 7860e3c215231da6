"""What the heartbeat asks of deliveries: an idle one moves, also while its target is probed, and one that is stuck is named."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime

import pytest

from builders import Clock, Target, generated
from duebell.duties.deliveries import Deliveries
from duebell.errors import NotConfigured
from duebell.espf import standstill
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.handler import TargetDown
from duebell.espf.pace import Limits, Pace
from duebell.espf.queue import Look
from duebell.espf.retry import RetryPolicy
from duebell.storage.queue import SqlQueue
from duebell.storage.receipts import SqlReceipts
from unit.alarms.conftest import OPERATIONS, Watched


class HungQueue(SqlQueue):
    """Stands in for a database that never answers the dispatcher, though it does others."""

    async def look(self, handler_id: int, *, limit: int, lines: int, without: Collection[int], now: datetime) -> Look:
        await asyncio.Event().wait()
        raise AssertionError


class Probed(Target):
    """A target whose probe takes until the test lets it."""

    def __init__(self) -> None:
        super().__init__(probe_error=TargetDown("down"))
        self.probing, self.go_on = asyncio.Event(), asyncio.Event()

    async def probe(self) -> None:
        self.probing.set()
        await self.go_on.wait()


def nothing_configured() -> dict[str, str]:
    raise NotConfigured("Global.OdooCRM is not configured.")


def dispatching(queue: SqlQueue, target: Target, clock: Clock) -> Dispatcher:
    return Dispatcher(1, queue=queue, target=target, now=clock, policy=RetryPolicy(), pace=Pace(Limits(calls_in_flight=2)))


async def test_an_idle_dispatcher_moves_each_time_it_is_asked(watched: Watched) -> None:
    dispatcher = dispatching(SqlQueue(watched.store), Target(), watched.clock)
    running = asyncio.create_task(dispatcher.run())
    for _ in range(3):
        await asyncio.wait_for(dispatcher.moves(), 30)
    running.cancel()
    await asyncio.wait([running])


async def test_a_long_probe_is_no_standstill(watched: Watched) -> None:
    watched.set_handler(state="down")
    watched.record(generated())
    target = Probed()
    dispatcher = dispatching(SqlQueue(watched.store), target, watched.clock)
    running = asyncio.create_task(dispatcher.run())
    await asyncio.wait_for(target.probing.wait(), 30)
    for _ in range(3):
        await asyncio.wait_for(dispatcher.moves(), 30)
    running.cancel()
    await asyncio.wait([running])


@pytest.mark.parametrize(("queue", "named"), [(SqlQueue, []), (HungQueue, ["OdooCRM"])])
async def test_deliveries_that_are_stuck_are_named(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, queue: type[SqlQueue], named: list[str]
) -> None:
    monkeypatch.setattr(standstill, "STANDSTILL", 30.0 if not named else 0.2)
    at_work = Deliveries(queue(watched.store), SqlReceipts(watched.store), watched.clock, lambda *_: None)
    row = await SqlQueue(watched.store).handler(1)
    await at_work.start(row, nothing_configured)
    assert await standstill.standing_still(at_work.dispatchers) == named
    await at_work.stop_all()


async def test_whom_no_channel_reaches_the_missed_heartbeat_tells(watched: Watched) -> None:
    duty = watched.duty()
    watched.sound("handler OdooCRM")
    watched.post.mailbox.refuse(OPERATIONS)
    watched.receiver.status = 500
    for _ in range(3):
        watched.clock.advance(minutes=30)
        await watched.look(duty)
    assert duty.is_mute

    watched.receiver.status = 200
    watched.clock.advance(hours=2)
    await watched.look(duty)
    assert not duty.is_mute
