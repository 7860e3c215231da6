"""A target that was restored from a backup: what it lacks is owed again in its place, and tells nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from builders import Clock, Target, generated, overdue, paid, suspended
from duebell.errors import NotPossible
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.handler import EventHandler, Outcome, Owed, Provisioned, TargetDown
from duebell.espf.pace import Limits, Pace
from duebell.espf.queue import HandlerRow
from duebell.espf.retry import RetryPolicy
from duebell.operations.reconciling import reconcile
from duebell.storage import reconciling
from duebell.storage.forgetting import begin, due, settle
from duebell.storage.queue import SqlQueue
from duebell.storage.store import Unit
from duebell.storage.tables import handler, provisioning
from unit.storage_operations.conftest import Books


@dataclass
class RestoredTarget(Target):
    """A target that keeps what it was sent, until it is set back to an earlier state."""

    kept: list[str] = field(default_factory=list)
    error: Exception | None = None

    async def provision(self, batch: Sequence[Owed]) -> dict[int, Outcome]:
        self.calls.append(list(batch))
        self.kept += [owed.key for owed in batch if owed.key not in self.kept]
        return {owed.provisioning: Provisioned(owed.key) for owed in batch}

    async def known(self, keys: Sequence[str]) -> Collection[str]:
        if self.error:
            raise self.error
        assert len(keys) <= 1000
        return set(keys) & set(self.kept)


@dataclass
class Duebell:
    """As much of an instance as a reconciliation needs, with a dispatcher."""

    books: Books
    aim: EventHandler

    @property
    def now(self) -> Clock:
        return self.books.clock

    async def read(self, query: Unit[Any]) -> Any:
        return self.books.store.read(query)

    async def write(self, unit: Unit[Any]) -> Any:
        return self.books.write(unit)

    @asynccontextmanager
    async def target(self, _: HandlerRow) -> AsyncIterator[EventHandler]:
        yield self.aim

    async def dispatch(self) -> None:
        dispatcher = Dispatcher(
            1,
            queue=SqlQueue(self.books.store),
            target=self.aim,
            now=self.books.clock,
            policy=RetryPolicy(),
            pace=Pace(Limits()),
        )
        await dispatcher.drain()

    async def reconcile(self, since: datetime, *, do: bool = True) -> Any:
        told: list[tuple[int, int]] = []
        (found,) = await reconcile(self, "OdooCRM", since, lambda done, of: told.append((done, of)), do=do)  # type: ignore[arg-type]
        assert told == [] or told[-1][0] == told[-1][1]
        return found


@pytest.fixture
def target() -> RestoredTarget:
    return RestoredTarget()


@pytest.fixture
def duebell(books: Books, target: RestoredTarget) -> Duebell:
    return Duebell(books, target)


def keys(books: Books) -> list[str]:
    """What every event was first sent as, in the order of recording."""
    return [f"{id_}/0" for id_ in books.events()]


async def test_what_the_target_lacks_is_sent_again_in_order_with_the_same_keys_and_tells_nobody(
    duebell: Duebell, target: RestoredTarget
) -> None:
    # given a target that was restored to what it was at noon
    books = duebell.books
    books.record(generated("one"), generated("two"))
    await duebell.dispatch()
    noon = books.clock()
    books.clock.advance(hours=3)
    books.record(overdue("one"), suspended("one"), overdue("two"))
    await duebell.dispatch()
    all_keys = keys(books)
    target.kept, target.calls = all_keys[:2], []
    # when it is only asked, nothing happens
    found = await duebell.reconcile(noon, do=False)
    assert (found.asked, found.lacking, found.owed) == (5, {"invoice.overdue": 2, "customer.suspended": 1}, 0)
    await duebell.dispatch()
    assert target.calls == []
    # and when it is done, it gets what it lacks, each customer's in order
    assert (await duebell.reconcile(noon)).owed == 3
    await duebell.dispatch()
    sent = [owed for call in target.calls for owed in call]
    assert [owed.key for owed in sent if owed.key in all_keys[2:4]] == all_keys[2:4]
    assert sorted(target.kept) == sorted(all_keys)
    assert all(owed.notify_by < books.clock() - timedelta(hours=23) for owed in sent)
    # and then it lacks nothing
    assert (await duebell.reconcile(noon)).lacking == {}


async def test_what_waits_meanwhile_stays_behind_what_is_owed_again(duebell: Duebell, target: RestoredTarget) -> None:
    books = duebell.books
    since = books.clock()
    books.record(generated("one"), overdue("one"))
    await duebell.dispatch()
    target.kept, target.calls = [], []
    books.record(paid("one"), generated("two"))
    await duebell.reconcile(since)
    heads = select(provisioning.c.id).where(provisioning.c.is_head)
    assert books.rows(heads.order_by(provisioning.c.id)) == [(1,), (4,)]
    await duebell.dispatch()
    assert [owed.key for call in target.calls for owed in call if owed.stream == 1] == keys(books)[:3]
    states = books.rows(select(provisioning.c.state).distinct())
    assert states == [("provisioned",)]


async def test_only_what_was_provisioned_since_then_is_asked_for_page_by_page(
    duebell: Duebell, target: RestoredTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "KEYS", 3)
    books = duebell.books
    books.record(generated("old"))
    await duebell.dispatch()
    books.clock.advance(days=2)
    books.record(*(generated(f"c{number}") for number in range(7)))
    await duebell.dispatch()
    target.kept = []
    found = await duebell.reconcile(books.clock(), do=False)
    assert (await duebell.reconcile(datetime.min.replace(tzinfo=UTC), do=False)).asked == 8
    assert (found.asked, found.lacking) == (7, {"invoice.generated": 7})


async def test_a_target_that_cannot_be_asked_is_said_so_and_nothing_is_owed(
    duebell: Duebell, target: RestoredTarget
) -> None:
    books = duebell.books
    books.record(generated("one"))
    await duebell.dispatch()
    target.kept, target.error = [], TargetDown("Odoo doesn't answer.")
    with pytest.raises(NotPossible, match=r"OdooCRM can't be asked now\. Odoo doesn't answer"):
        await duebell.reconcile(books.clock())
    duebell.aim = Target()
    with pytest.raises(NotPossible, match="can't be asked which events it has"):
        await duebell.reconcile(books.clock())
    books.write(lambda connection: connection.execute(handler.update().values(enabled=False)))
    with pytest.raises(NotPossible, match="No event handler of the type OdooCRM is in use"):
        await duebell.reconcile(books.clock())
    assert books.rows(select(provisioning.c.state)) == [("provisioned",)]


async def test_customers_whom_the_target_had_forgotten_since_then_are_forgotten_again(
    duebell: Duebell, target: RestoredTarget
) -> None:
    # given a customer who was forgotten long ago, and one after the target's backup
    books = duebell.books

    def forget(customer: str) -> None:
        def unit(connection: Connection) -> None:
            begin(connection, "Global", customer, books.clock(), anyway=True)
            (owed,) = due(connection, books.clock())
            settle(connection, owed, "Done.", books.clock())

        books.write(unit)

    books.record(generated("one"), generated("two"))
    forget("one")
    books.clock.advance(days=1)
    books.write(
        lambda connection: [settle(connection, one, "Again.", books.clock()) for one in due(connection, books.clock())]
    )
    backup_at = books.clock() + timedelta(hours=1)
    books.clock.advance(days=1)
    forget("two")
    assert (await duebell.reconcile(backup_at)).forgotten_again == 1
    assert [one.customer for one in books.store.read(lambda c: due(c, books.clock()))] == ["two"]
