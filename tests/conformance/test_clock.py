"""What a clock that jumps can't do: lose anything, stop anything for longer than its jump, tell anything twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from stored import stored

from builders import Clock, Target, everything_provisioned, generated, overdue
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.envelope import Happening
from duebell.espf.handler import Outcome, Owed, TargetDown, TryAgain
from duebell.espf.pace import Limits, Pace
from duebell.espf.retry import RetryPolicy
from duebell.storage.queue import SqlQueue
from duebell.storage.recorder import record
from duebell.storage.store import Store
from engines import SqliteMemory, with_handlers

HANDLER = 1


class Deliveries:
    """One handler's, with a clock that a test sets."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.target = Target()
        self.dispatcher = Dispatcher(
            HANDLER,
            queue=SqlQueue(store),
            target=self.target,
            now=self.clock,
            policy=RetryPolicy(),
            pace=Pace(Limits(calls_per_second=10)),
        )

    def record(self, *happenings: Happening) -> None:
        self.store.write(lambda connection: record(connection, happenings, self.clock())).result()

    def states(self) -> list[Any]:
        return [row["state"] for rows in self.store.read(stored).lines.values() for row in rows]


@pytest.fixture
def deliveries() -> Iterator[Deliveries]:
    store = with_handlers(SqliteMemory().new(), ["OdooCRM"], Clock()())
    yield Deliveries(store)
    store.close()


def down(_: Sequence[Owed]) -> Mapping[int, Outcome]:
    raise TargetDown("It does not answer.")


async def test_a_target_that_comes_back_is_asked_within_a_minute_though_the_clock_was_set_back(
    deliveries: Deliveries,
) -> None:
    deliveries.target.answer = down
    deliveries.record(generated())
    await deliveries.dispatcher.drain()
    deliveries.target.answer = everything_provisioned

    deliveries.clock.advance(hours=-1)
    deliveries.record(overdue("the-shop"))
    deliveries.clock.advance(minutes=1)
    await deliveries.dispatcher.drain()
    assert deliveries.states() == ["waiting", "provisioned"]
    deliveries.clock.advance(minutes=59)
    await deliveries.dispatcher.drain()
    assert deliveries.states() == ["provisioned", "provisioned"]


@pytest.mark.parametrize("hours", [-1, 1, 24 * 365])
async def test_what_is_recorded_after_a_jump_leaves_at_once(deliveries: Deliveries, hours: int) -> None:
    deliveries.record(generated("john-doe"))
    await deliveries.dispatcher.drain()
    deliveries.clock.advance(hours=hours)
    deliveries.record(generated("the-shop"))
    deliveries.clock.advance(seconds=1)
    await deliveries.dispatcher.drain()
    assert deliveries.states() == ["provisioned"] * 2


async def test_what_was_put_off_when_the_clock_was_set_back_leaves_when_it_has_come_so_far_again(
    deliveries: Deliveries,
) -> None:
    deliveries.target.answer = lambda batch: {owed.provisioning: TryAgain("not now") for owed in batch}
    deliveries.record(overdue())
    await deliveries.dispatcher.drain()
    deliveries.target.answer = everything_provisioned
    deliveries.clock.advance(hours=-1)
    await deliveries.dispatcher.drain()
    assert deliveries.states() == ["waiting"]
    deliveries.clock.at += timedelta(hours=1, seconds=5)
    await deliveries.dispatcher.drain()
    assert deliveries.states() == ["provisioned"]
    assert len(deliveries.target.calls) == 2
