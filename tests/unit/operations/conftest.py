"""An operator's desk: a store of each engine with two handlers, a clock, and targets whose answers a test decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection

from builders import Clock, Target, everything_provisioned
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.envelope import Happening
from duebell.espf.handler import NotAttempted, Outcome, Owed, RefusalKind, Refused, TryAgain
from duebell.espf.pace import Limits, Pace
from duebell.espf.retry import RetryPolicy
from duebell.storage.event_filter import EventFilter
from duebell.storage.event_log import EventPage, list_events, show_event
from duebell.storage.handlers import named
from duebell.storage.queue import SqlQueue
from duebell.storage.recorder import record
from duebell.storage.replay import Decision, Terms, decide, latest, replay
from duebell.storage.store import Store
from engines import Engine, with_handlers

T = TypeVar("T")
HANDLERS = ("OdooCRM", "Webhook")


@dataclass
class Desk:
    """`record` and `dispatch` as a service does; `read` and `write` as the console does."""

    store: Store
    clock: Clock = field(default_factory=Clock)
    targets: Mapping[str, Target] = field(default_factory=lambda: {name: Target() for name in HANDLERS})

    def read(self, query: Callable[[Connection], T]) -> T:
        return self.store.read(query)

    def write(self, unit: Callable[[Connection], T]) -> T:
        return self.store.write(unit).result()

    def record(self, *happenings: Happening) -> list[str]:
        """The events' ids."""
        return [one.id for one in self.write(lambda connection: record(connection, happenings, self.clock()))]

    async def dispatch(self, *names: str) -> None:
        """Deliver what is due to these handlers, or to all."""
        for name in names or HANDLERS:
            await Dispatcher(
                self.read(partial(named, name=name)).id,
                queue=SqlQueue(self.store),
                target=self.targets[name],
                now=self.clock,
                policy=RetryPolicy(),
                pace=Pace(Limits(calls_in_flight=2)),
                jitter=lambda: 0.0,
            ).drain()

    def sent(self, name: str) -> list[str]:
        """The keys that a target was sent, in order."""
        return [owed.key for call in self.targets[name].calls for owed in call]

    def list(self, *, before: int | None = None, limit: int = 50, **wanted: Any) -> EventPage:
        return self.read(lambda connection: list_events(connection, EventFilter(**wanted), before, limit))

    def ids(self, **wanted: Any) -> list[str]:
        """The ids of the events that a filter means, the oldest first."""
        return [event["id"] for event in reversed(self.list(**wanted).events)]

    def owed(self, event_id: str, name: str = "OdooCRM") -> list[tuple[int, str, str | None]]:
        """(replay, state, reason) of what is owed of an event to a handler."""
        rows = self.read(lambda connection: show_event(connection, event_id))["provisionings"]
        return [(row["replay"], row["state"], row["because"]) for row in rows if row["handler"] == name]

    def plan(self, **how: Any) -> list[tuple[str, str, str | None]]:
        """(event id, action, reason) of what a replay would do; see `replay`."""
        return self._decisions(decide, self.read, **how)

    def replay(self, **how: Any) -> list[tuple[str, str, str | None]]:
        """The same, done. `how`: tell, again, as_of, and a filter; of the handler OdooCRM if no other is named."""
        return self._decisions(replay, self.write, **how)

    def _decisions(
        self, use: Callable[..., Sequence[Decision]], run: Callable[..., Any], **how: Any
    ) -> list[tuple[str, str, str | None]]:
        terms = Terms(tell=how.pop("tell", False), again=how.pop("again", False), as_of=how.pop("as_of", self.read(latest)))
        wanted = EventFilter(**{"handler": "OdooCRM", **how})
        numbers = [event["number"] for event in reversed(self.list(**how).events)]
        decisions = run(lambda connection: use(connection, numbers, wanted, terms, self.clock()))
        return [(one.last.event_id, one.action.value, one.because) for one in decisions]


def refusing(*types: str) -> Callable[[Sequence[Owed]], Mapping[int, Outcome]]:
    """A target's answer: it refuses events of these types."""

    def answer(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        refused = {owed.provisioning: Refused("No such product.", RefusalKind.EVENT) for owed in batch if owed.type in types}
        return {**everything_provisioned(batch), **refused}

    return answer


def postponing(*types: str) -> Callable[[Sequence[Owed]], Mapping[int, Outcome]]:
    """A target's answer: events of these types may pass later, and what follows of their customers isn't tried."""

    def answer(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        outcomes, waiting = dict(everything_provisioned(batch)), set()
        for owed in batch:
            if owed.stream in waiting:
                outcomes[owed.provisioning] = NotAttempted("An earlier one waits.")
            elif owed.type in types:
                waiting.add(owed.stream)
                outcomes[owed.provisioning] = TryAgain("Not now.")
        return outcomes

    return answer


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    """The same on each engine."""
    store = with_handlers(engine.new(), HANDLERS, Clock().at)
    yield Desk(store)
    store.close()
