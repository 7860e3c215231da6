"""What holds when several record, settle and operate on the same streams at the same moment, on every engine."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection, select
from stored import stored

from builders import NOON, Clock, Target, generated, overdue, paid, usd
from duebell.billing.billing import Billing
from duebell.billing.customer import BillingCustomer
from duebell.errors import ConflictingEvent, NotPossible, Unknown
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.envelope import Happening
from duebell.espf.pace import Limits, Pace
from duebell.espf.retry import RetryPolicy
from duebell.storage.event_filter import EventFilter
from duebell.storage.event_log import find_event
from duebell.storage.ledger import SqlLedger
from duebell.storage.queue import SqlQueue
from duebell.storage.recorder import Recorded, record
from duebell.storage.replay import Terms, latest, replay
from duebell.storage.retry import retry_event
from duebell.storage.skip import skip_event
from duebell.storage.store import Store
from duebell.storage.tables import event, provisioning
from engines import Engine, with_handlers

T = TypeVar("T")
CUSTOMERS = ("john-doe", "the-shop", "the-office")
HANDLER = 1


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = with_handlers(engine.new(), ["OdooCRM"], NOON)
    yield store
    store.close()


def recording(store: Store, *happenings: Happening) -> Future[Sequence[Recorded]]:
    return store.write(lambda connection: record(connection, happenings, NOON))


def in_order_of_numbers(store: Store) -> dict[int, list[int]]:
    """The sequences of each stream, in the order of the events' numbers."""
    found: dict[int, list[int]] = {}
    query = select(event.c.stream_id, event.c.sequence).order_by(event.c.number)
    for stream, sequence in store.read(lambda connection: connection.execute(query).all()):
        found.setdefault(stream, []).append(sequence)
    return found


def in_order_of_lines(store: Store) -> dict[int, list[int]]:
    """The sequences of each stream, in the order of what is owed."""
    found: dict[int, list[int]] = {}
    query = select(event.c.stream_id, event.c.sequence).join_from(provisioning, event).order_by(provisioning.c.id)
    for stream, sequence in store.read(lambda connection: connection.execute(query).all()):
        found.setdefault(stream, []).append(sequence)
    return found


def test_many_who_record_at_once_leave_every_stream_gapless_and_in_one_order(store: Store) -> None:
    chance = Random(1)  # noqa: S311 - a seed that can be run again
    calls = []
    for number in range(60):
        # given calls that touch the same customers in any order: as they would lock each other out
        customers = chance.sample(CUSTOMERS, k=3)
        calls.append(recording(store, *(generated(customer, f"INV-{number}") for customer in customers)))
    for call in calls:
        assert all(one.new for one in call.result())

    assert list(in_order_of_numbers(store).values()) == [list(range(1, 61))] * 3
    assert in_order_of_lines(store) == in_order_of_numbers(store)
    found = store.read(stored)
    assert [len(found.heads(line)) for line in found.lines] == [1, 1, 1]


def test_one_fact_that_several_record_at_once_is_one_event(store: Store) -> None:
    for number in range(10):
        calls = [
            recording(store, generated("john-doe", f"INV-{number}"), overdue("john-doe", f"INV-{number}")) for _ in range(4)
        ]
        news = [[one.new for one in call.result()] for call in calls]
        assert sorted(news) == [[False, False]] * 3 + [[True, True]]
    assert list(in_order_of_numbers(store).values()) == [list(range(1, 21))]


def test_of_two_contents_that_come_under_one_id_at_once_one_is_kept_and_the_other_refused(store: Store) -> None:
    for number in range(10):
        calls = [recording(store, generated("john-doe", f"INV-{number}", total=total)) for total in ("30", "31", "32", "33")]
        wait(calls)
        assert [type(call.exception()) for call in calls].count(ConflictingEvent) == 3
    assert list(in_order_of_numbers(store).values()) == [list(range(1, 11))]


def dispatcher(store: Store, target: Target) -> Dispatcher:
    return Dispatcher(
        HANDLER,
        queue=SqlQueue(store),
        target=target,
        now=Clock(),
        policy=RetryPolicy(),
        pace=Pace(Limits(calls_in_flight=2)),
    )


async def dispatched_beside(store: Store, calls: Sequence[Future[Any]], target: Target) -> None:
    """Deliver while these go on, then what they left."""
    meanwhile = dispatcher(store, target)
    running = asyncio.create_task(meanwhile.run())
    for call in calls:
        await asyncio.wrap_future(call)
        meanwhile.wake()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await dispatcher(store, target).drain()


def lines_told(target: Target) -> dict[int, list[str]]:
    """The keys of each stream as the target was sent them, a repeated one at its first place."""
    lines: dict[int, list[str]] = {}
    for call in target.calls:
        for owed in call:
            line = lines.setdefault(owed.stream, [])
            if owed.key not in line:
                line.append(owed.key)
    return lines


async def test_what_is_recorded_while_others_are_settled_is_told_in_order_and_nothing_is_left_behind(store: Store) -> None:
    target = Target(max_batch=5)
    calls = [
        recording(store, *(make(customer, f"INV-{number}") for customer in CUSTOMERS for make in (generated, overdue, paid)))
        for number in range(25)
    ]
    await dispatched_beside(store, calls, target)

    found = store.read(stored)
    assert {row["state"] for line in found.lines.values() for row in line} == {"provisioned"}
    assert sorted(lines_told(target).values()) == sorted(
        [f"{event_id}/0" for event_id, _ in events] for events in found.streams.values()
    )


async def test_operators_at_work_while_events_are_recorded_and_settled_leave_no_line_stuck(store: Store) -> None:
    chance = Random(2)  # noqa: S311 - a seed that can be run again
    happenings = [
        make(customer, f"INV-{number}") for number in range(20) for customer in CUSTOMERS for make in (generated, paid)
    ]
    calls: list[Future[Any]] = []
    for happening in happenings:
        operations = [operation(str(chance.choice(happenings).id)) for operation in (skipping, retrying, replaying)]
        calls += [recording(store, happening), *map(store.write, chance.sample(operations, k=2))]
    await dispatched_beside(store, calls, target := Target(max_batch=5))

    found = store.read(stored)
    assert {row["state"] for line in found.lines.values() for row in line} <= {"provisioned", "skipped"}
    for line in found.lines.values():
        keys = [f"{row['event_id']}/{row['replay']}" for row in line]
        told = [keys.index(key) for key in lines_told(target)[line[0]["stream_id"]]]
        assert told == sorted(told)


def skipping(event_id: str) -> Callable[[Connection], object]:
    return where_possible(lambda connection: skip_event(connection, event_id, "A person did it.", NOON))


def retrying(event_id: str) -> Callable[[Connection], object]:
    return where_possible(lambda connection: retry_event(connection, event_id, NOON))


def replaying(event_id: str) -> Callable[[Connection], object]:
    def unit(connection: Connection) -> object:
        terms = Terms(tell=False, again=False, as_of=latest(connection))
        return replay(connection, [find_event(connection, event_id)["number"]], EventFilter(), terms, NOON)

    return where_possible(unit)


def where_possible(unit: Callable[[Connection], object]) -> Callable[[Connection], object]:
    """The operator is told so where the event isn't recorded yet, or has gone."""

    def tried(connection: Connection) -> object:
        try:
            return unit(connection)
        except (NotPossible, Unknown) as refused:
            return refused

    return tried


def billing(store: Store, use: Callable[[Billing], T], now: datetime) -> Future[T]:
    """One unit of embedded billing."""

    def unit(connection: Connection) -> T:
        ledger = SqlLedger(connection, "Global")
        return use(Billing(ledger, lambda happenings: record(connection, happenings, now), lambda: now, "Global"))

    return store.write(unit)


def test_billing_runs_at_once_invoice_everybody_once_and_number_invoices_without_a_gap(store: Store) -> None:
    names = [f"customer-{number}" for number in range(12)]
    for name in names:
        customer = BillingCustomer(external_id=name, name="A Customer", currency="USD")
        billing(store, lambda books, customer=customer: books.add_customer(customer), NOON).result()
        billing(store, lambda books, name=name: books.add_fee(name, "Internet", usd("30")), NOON).result()
    runs = [billing(store, lambda books: books.run(at_most=2), NOON + timedelta(days=32)) for _ in range(24)]
    for run in runs:
        run.result()

    query = select(event.c.stream_id, event.c.subject).where(event.c.type == "invoice.generated").order_by(event.c.subject)
    invoices = store.read(lambda connection: connection.execute(query).all())
    assert [number for _, number in invoices] == [f"INV-2026-{number:06d}" for number in range(1, len(invoices) + 1)]
    assert set(Counter(stream for stream, _ in invoices).values()) == {len(invoices) // len(names)}
