from datetime import timedelta

import pytest
from sqlalchemy import delete, event, func, select

from builders import NOON, generated
from duebell.espf.handler import Provisioned, TryAgain
from duebell.espf.provisioning import Call
from duebell.espf.retry import RetryPolicy
from duebell.storage.flow import SAMPLE, Minute, minute
from duebell.storage.queue import SqlQueue, settle
from duebell.storage.recorder import record
from duebell.storage.tables import attempt, provisioning
from engines import with_handlers

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(engine):
    store = with_handlers(engine.new(), ["OdooCRM"], NOON)
    yield store
    store.close()


async def flowed(store, *, recorded_at, seconds, events=1, outcome=Provisioned):
    """Record events and end a call with them so many seconds later."""
    first = store.read(lambda connection: connection.execute(select(func.count()).select_from(provisioning)).scalar())
    happenings = [generated(f"c-{number}", f"INV-{number}") for number in range(first, first + events)]
    store.write(lambda connection: record(connection, happenings, recorded_at)).result()
    ended_at = recorded_at + timedelta(seconds=seconds)
    call = Call(started_at=ended_at - timedelta(seconds=0.1), ended_at=ended_at, policy=RetryPolicy(), jitter=0.5)
    look = await SqlQueue(store).look(1, limit=events, lines=events, without=(), now=ended_at)
    made = [call.settle(owed, outcome("tried"), head=True) for owed in look.batch]
    store.write(lambda connection: settle(connection, made)).result()


def counted(store, start=NOON):
    return store.read(lambda connection: minute(connection, start))


async def test_a_minute_counts_what_was_recorded_and_what_was_told_in_it(store):
    await flowed(store, recorded_at=NOON - timedelta(seconds=1), seconds=0.5)
    await flowed(store, recorded_at=NOON, seconds=2, events=3)
    await flowed(store, recorded_at=NOON + timedelta(seconds=30), seconds=1)
    await flowed(store, recorded_at=NOON + timedelta(seconds=59), seconds=2)
    await flowed(store, recorded_at=NOON + A_MINUTE, seconds=1)

    found = counted(store)

    assert (found.start, found.recorded, found.provisioned) == (NOON, 5, 4)
    assert found.latencies == pytest.approx((1, 2, 2, 2))
    assert counted(store, NOON + A_MINUTE).provisioned == 2


async def test_what_waited_is_counted_in_the_minute_in_which_it_was_told(store):
    await flowed(store, recorded_at=NOON - timedelta(hours=3), seconds=3 * 3600 + 20)
    assert counted(store).latencies == pytest.approx((3 * 3600 + 20,))
    assert counted(store).recorded == 0


async def test_a_try_that_failed_is_no_delivery(store):
    await flowed(store, recorded_at=NOON, seconds=1, outcome=TryAgain)
    assert counted(store).provisioned == 0


async def test_a_replay_is_told_and_has_no_latency(store):
    await flowed(store, recorded_at=NOON, seconds=1)
    store.write(lambda connection: connection.execute(provisioning.update().values(replay=1))).result()
    assert counted(store) == Minute(start=NOON, recorded=1, provisioned=1, latencies=())


def test_an_empty_database_has_empty_minutes(store):
    assert counted(store) == Minute(start=NOON, recorded=0, provisioned=0, latencies=())


async def test_gaps_that_history_left_change_nothing(store):
    for second in range(0, 100, 2):
        await flowed(store, recorded_at=NOON + timedelta(seconds=second), seconds=0.5)
    store.write(lambda connection: connection.execute(delete(attempt).where(attempt.c.id % 3 != 0))).result()
    kept = store.read(lambda c: c.execute(select(attempt.c.started_at)).scalars().all())
    within = [at for at in kept if NOON <= at + timedelta(seconds=0.1) < NOON + A_MINUTE]
    assert counted(store).provisioned == len(within) > 5


async def test_many_latencies_are_told_by_a_few_of_them(store):
    await flowed(store, recorded_at=NOON, seconds=1, events=SAMPLE * 2 + 1)
    found = counted(store)
    assert found.provisioned == SAMPLE * 2 + 1
    assert SAMPLE / 2 <= len(found.latencies) <= SAMPLE


async def test_a_long_history_takes_no_more_than_a_few_seeks(store):
    async def statements(events):
        await flowed(store, recorded_at=NOON - timedelta(days=1), seconds=1, events=events)
        seen = []

        def query(connection):
            event.listen(connection, "before_cursor_execute", lambda *given: seen.append(given[2]))
            minute(connection, NOON)

        store.read(query)
        return len(seen)

    few = await statements(10)
    assert await statements(640) <= few + 2 * 7
