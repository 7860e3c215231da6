from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from builders import Clock, Target
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.envelope import Happening
from duebell.espf.pace import Limits, Pace
from duebell.espf.retry import RetryPolicy
from duebell.storage import tables
from duebell.storage.event_log import EventFilter, list_events
from duebell.storage.queue import SqlQueue
from duebell.storage.recorder import Recorded, record
from duebell.storage.store import Store
from engines import Engine, with_handlers

HANDLER = 1


@dataclass
class Espf:
    """A real store with one handler subscribed to everything, a clock and a target that a test decides on."""

    store: Store
    clock: Clock
    target: Target

    def record(self, *happenings: Happening) -> Sequence[Recorded]:
        return self.store.write(lambda connection: record(connection, happenings, self.clock())).result()

    def dispatcher(self, **other: Any) -> Dispatcher:
        collaborators = {
            "queue": SqlQueue(self.store),
            "target": self.target,
            "now": self.clock,
            "policy": RetryPolicy(),
            "pace": Pace(Limits(calls_in_flight=2)),
            "jitter": lambda: 0.0,
        }
        return Dispatcher(HANDLER, **{**collaborators, **other})

    async def dispatch(self, **other: Any) -> None:
        """Deliver all that is due, as a service does that has just started."""
        await self.dispatcher(**other).drain()

    def states(self, customer: str | None = None) -> list[tuple[str, str]]:
        """(type, state) in the order of recording."""
        page = self.store.read(lambda connection: list_events(connection, EventFilter(customer=customer), limit=1000))
        return [(row["type"], owed["state"]) for row in reversed(page.events) for owed in row["provisionings"]]

    def row(self) -> Any:
        return self.store.read(lambda connection: connection.execute(tables.handler.select()).one())


@pytest.fixture
def espf(engine: Engine) -> Iterator[Espf]:
    """On each engine."""
    clock = Clock()
    store = with_handlers(engine.new(), ["OdooCRM"], clock())
    yield Espf(store, clock, Target())
    store.close()
