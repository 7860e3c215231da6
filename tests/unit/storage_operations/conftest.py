"""A store of each engine with one OdooCRM handler subscribed to everything, and what a test does to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Select, insert, update

from builders import Clock
from duebell.configuration.server import GLOBAL
from duebell.espf.envelope import Happening
from duebell.espf.provisioning import State
from duebell.storage.founding import found
from duebell.storage.postgresql import PostgresStore
from duebell.storage.recorder import Recorded, record
from duebell.storage.sqlite import SqliteStore
from duebell.storage.store import Store, Unit
from duebell.storage.tables import attempt, event, provisioning, receipt
from real_odoo import Cluster

_numbers = count(1)


@dataclass
class Books:
    """A store with a clock."""

    store: Store
    clock: Clock = field(default_factory=Clock)

    def write(self, unit: Unit[Any]) -> Any:
        return self.store.write(unit).result()

    def rows(self, query: Select[Any]) -> list[Any]:
        return self.store.read(lambda connection: list(connection.execute(query).all()))

    def record(self, *happenings: Happening) -> Sequence[Recorded]:
        recorded: Sequence[Recorded] = self.write(lambda connection: record(connection, happenings, self.clock()))
        return recorded

    def settle(self, *event_ids: str, state: State = State.PROVISIONED, because: str | None = None) -> None:
        """As a call that has just ended leaves what is owed of these events."""
        self.write(partial(_settle, event_ids=event_ids, state=state, because=because, now=self.clock()))

    def events(self) -> list[str]:
        """The ids, in the order of recording."""
        return [row.id for row in self.rows(event.select().order_by(event.c.number))]


def _settle(connection: Connection, event_ids: Sequence[str], state: State, because: str | None, now: datetime) -> None:
    for event_id in event_ids:
        number = event.select().with_only_columns(event.c.number).where(event.c.id == event_id).scalar_subquery()
        settled = update(provisioning).where(provisioning.c.event_number == number).returning(provisioning.c.id)
        owed = connection.execute(settled.values(state=state.value, is_head=False, because=because)).scalars().all()
        tried = {"started_at": now, "seconds": 0.1, "outcome": state.value.capitalize(), "because": because}
        connection.execute(insert(attempt), [{"provisioning_id": id_, **tried} for id_ in owed])
        message = {"replay": 0, "handler_id": 1, "channel": "sms", "state": "sent", "because": because, "at": now}
        connection.execute(insert(receipt).values(event_id=event_id, **message))


@pytest.fixture
def new_postgres(cluster: Cluster) -> Iterator[Callable[[], str]]:
    """The address of an empty database of a test's own."""
    made: list[str] = []

    def new() -> str:
        made.append(cluster.copy("template1", f"storage_{next(_numbers)}_{cluster.server.port}"))
        return f"postgresql://odoo:{cluster.server.password}@127.0.0.1:{cluster.server.port}/{made[-1]}"

    yield new
    for name in made:
        cluster.drop(name)


@pytest.fixture
def sqlite_books(tmp_path: Path) -> Iterator[Books]:
    books = Books(SqliteStore(tmp_path / "data" / "duebell.db"))
    books.write(lambda connection: found(connection, ["OdooCRM"], GLOBAL, books.clock()))
    yield books
    books.store.close()


@pytest.fixture
def postgres_books(new_postgres: Callable[[], str]) -> Iterator[Books]:
    books = Books(PostgresStore(new_postgres()))
    books.write(lambda connection: found(connection, ["OdooCRM"], GLOBAL, books.clock()))
    yield books
    books.store.close()


@pytest.fixture(params=["sqlite_books", "postgres_books"])
def books(request: pytest.FixtureRequest) -> Books:
    """The same on each engine."""
    found_books: Books = request.getfixturevalue(request.param)
    return found_books
