"""Dispatchers that share a PostgreSQL: who has which customers, and what one can still do that was away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import event, text

from builders import NOON, Clock, Target, generated
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.pace import Limits, Pace
from duebell.espf.retry import RetryPolicy
from duebell.storage.leases import BUCKETS, TERM, Leases
from duebell.storage.postgresql import PostgresStore
from duebell.storage.queue import SqlQueue
from duebell.storage.recorder import record
from engines import Postgres, with_handlers

HANDLER = 1


@dataclass
class Process:
    """One of several dispatching processes, with its own connections, leases and clock."""

    store: PostgresStore
    name: str
    monotonic: float = 100.0
    busy: set[int] = field(default_factory=set)
    leases: Leases = field(init=False)

    def __post_init__(self) -> None:
        self.leases = Leases(
            self.store, self.name, busy=lambda: self.busy, changed=lambda: None, clock=lambda: self.monotonic
        )

    def dispatcher(self, target: Target) -> Dispatcher:
        return Dispatcher(
            HANDLER,
            queue=SqlQueue(self.store, self.leases),
            target=target,
            now=Clock(),
            policy=RetryPolicy(),
            pace=Pace(Limits(calls_in_flight=2)),
        )


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresStore]:
    store = Postgres(postgres_url).new()
    with_handlers(store, ["OdooCRM"], NOON)
    store.write(lambda c: c.execute(text(f"INSERT INTO bucket (number) SELECT generate_series(0, {BUCKETS - 1})"))).result()
    yield store
    store.close()


@pytest.fixture
def process(store: PostgresStore, postgres_url: str) -> Iterator[Callable[[str], Process]]:
    others: list[PostgresStore] = []

    def make(name: str) -> Process:
        others.append(PostgresStore(postgres_url))
        return Process(others[-1], name)

    yield make
    for other in others:
        other.close()


def expire(store: PostgresStore, owner: str) -> None:
    """Let so much time pass that the process's leases are over."""
    for table, column in (("bucket", "owner"), ("dispatcher", "id")):
        statement = text(f"UPDATE {table} SET until = clock_timestamp() - interval '1 second' WHERE {column} = :owner")
        store.write(lambda c, statement=statement: c.execute(statement, {"owner": owner})).result()


async def test_the_first_has_all_and_a_second_gets_its_half(process) -> None:
    one, two = process("one"), process("two")
    await one.leases.renew()
    assert len(one.leases.held) == BUCKETS
    for _ in range(2):
        await two.leases.renew()
        await one.leases.renew()
    await two.leases.renew()
    assert len(one.leases.held) == len(two.leases.held) == BUCKETS // 2
    assert not one.leases.held.keys() & two.leases.held.keys()
    assert one.leases.share == two.leases.share == 0.5


async def test_a_customer_with_a_call_out_is_not_handed_over_before_its_end(process) -> None:
    one, two = process("one"), process("two")
    await one.leases.renew()
    one.busy = set(range(BUCKETS))
    for _ in range(3):
        await two.leases.renew()
        await one.leases.renew()
    assert not two.leases.held
    assert len(one.leases.held) == BUCKETS // 2, "what is to be given back is not taken from any more"
    one.busy = set()
    await one.leases.renew()
    await two.leases.renew()
    assert len(two.leases.held) == BUCKETS // 2


async def test_what_a_dead_one_held_is_taken_over_with_a_higher_fence(process, store) -> None:
    one, two = process("one"), process("two")
    await one.leases.renew()
    fences = dict(one.leases.held)
    expire(store, "one")
    await two.leases.renew()
    assert two.leases.held == {number: fence + 1 for number, fence in fences.items()}


async def test_one_that_leaves_gives_everything_back_at_once(process) -> None:
    one, two = process("one"), process("two")
    keeping = asyncio.create_task(one.leases.run())
    while not one.leases.held:
        await asyncio.sleep(0.01)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await two.leases.renew()
    assert len(two.leases.held) == BUCKETS
    assert two.leases.share == 1.0


async def test_one_that_was_stopped_knows_by_its_own_clock_that_its_leases_are_over(process) -> None:
    one = process("one")
    await one.leases.renew()
    one.monotonic += TERM
    assert one.leases.held == {}


async def test_one_that_was_away_settles_nothing_and_the_other_tells_it_again_with_the_same_key(process, store) -> None:
    one, two = process("one"), process("two")
    await one.leases.renew()
    store.write(lambda c: record(c, [generated("john-doe", "INV-1"), generated("john-doe", "INV-2")], NOON)).result()
    ours, theirs = Target(max_batch=1), Target()

    async def taken_over(batch):
        """While the first one's call is out, its leases end and the second does the work."""
        expire(store, "one")
        await two.leases.renew()
        await two.dispatcher(theirs).drain()
        ours.calls.append(list(batch))
        return ours.answer(batch)

    ours.provision = taken_over
    dispatcher = one.dispatcher(ours)
    await dispatcher.drain()

    assert [owed.key for call in ours.calls for owed in call] == [theirs.calls[0][0].key]
    rows = store.read(
        lambda c: c.execute(
            text("SELECT p.state, count(a.id) FROM provisioning p JOIN attempt a ON a.provisioning_id = p.id GROUP BY p.id")
        ).all()
    )
    assert [tuple(row) for row in rows] == [("provisioned", 1), ("provisioned", 1)], (
        "only the second one's settlement counts"
    )


async def test_each_dispatches_its_own_customers_and_together_all(process, store) -> None:
    one, two = process("one"), process("two")
    for _ in range(3):
        await one.leases.renew()
        await two.leases.renew()
    happenings = [generated(f"customer-{number}", f"INV-{number}-{n}") for number in range(100) for n in range(3)]
    store.write(lambda c: record(c, happenings, NOON)).result()
    targets = Target(), Target()
    await asyncio.gather(one.dispatcher(targets[0]).drain(), two.dispatcher(targets[1]).drain())
    streams = [{owed.stream for call in target.calls for owed in call} for target in targets]
    assert not streams[0] & streams[1]
    assert len(streams[0] | streams[1]) == 100
    assert sum(len(call) for target in targets for call in target.calls) == 300


@pytest.fixture
async def idle(process) -> AsyncIterator[Process]:
    one = process("one")
    one.leases = Leases(one.store, "one", busy=set, changed=lambda: None)
    keeping = asyncio.create_task(one.leases.run())
    dispatching = asyncio.create_task(one.dispatcher(Target()).run())
    while not one.leases.held:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)
    yield one
    for task in (keeping, dispatching):
        task.cancel()
    await asyncio.gather(keeping, dispatching, return_exceptions=True)


async def test_an_idle_dispatcher_asks_nothing_but_to_keep_its_leases(idle) -> None:
    asked: list[str] = []
    event.listen(idle.store._engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    await asyncio.sleep(5)
    assert not [statement for statement in asked if "provisioning" in statement]
    assert len(asked) <= 3 * 6, "a renewal every two seconds, of at most six statements"
