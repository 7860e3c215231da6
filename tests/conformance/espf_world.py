"""A world for the ESPF in which nothing happens by itself: processes die where a test says, targets answer when they are told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from builders import Clock
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.handler import ConfigurationRefused, NotAttempted, Outcome, Owed, Provisioned, Refused, TargetDown
from duebell.espf.pace import Limits, Pace
from duebell.espf.retry import RetryPolicy
from duebell.storage.queue import SqlQueue
from duebell.storage.store import Store

MOST_A_CALL = 4
CALLS_IN_FLIGHT = 2
_QUIET = 25
"""So many rounds of the event loop in which nobody uses the store or a target: everybody waits."""


class Death(Enum):
    """Where a process dies: the unit of work that it hands in next isn't kept, or is kept and the process never hears of it."""

    BEFORE_COMMIT = auto()
    AFTER_COMMIT = auto()


class MortalStore:
    """A store as one process sees it. What is asked of it is done before anything else happens, so that an example repeats."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.death: Death | None = None
        self.uses = 0

    def write(self, unit: Callable[..., Any]) -> Future[Any]:
        self.uses += 1
        if self.death is Death.BEFORE_COMMIT:
            return Future()
        future = self.store.write(unit)
        wait([future])
        return Future() if self.death is Death.AFTER_COMMIT else future

    def read(self, query: Callable[..., Any]) -> Any:
        self.uses += 1
        return self.store.read(query)

    def close(self) -> None:
        self.store.close()


class _AtOnce(ThreadPoolExecutor):
    """Runs what is handed to a thread before anything else."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(function(*args, **kwargs))
        return future


@dataclass(eq=False)
class Batch:
    """What a dispatcher took in one go. If the target refuses it as a whole it comes in smaller calls."""

    owed: Sequence[Owed]
    accepted: bool = False

    def has(self, owed: Iterable[Owed]) -> bool:
        """Whether these very ones, and not the same rows taken again, are a part of it."""
        return {id(one) for one in owed} <= {id(one) for one in self.owed}


@dataclass(eq=False)
class ParkedCall:
    """A call that is out: the target has it and hasn't answered."""

    owed: Sequence[Owed]
    batch: Batch
    is_part: bool
    began_at: datetime
    answer: asyncio.Future[Mapping[int, Outcome]]


@dataclass(frozen=True)
class Effect:
    """What took effect in the target; `told`: the customer got a message of it."""

    key: str
    event_id: str
    customer: str
    told: bool


class ParkedTarget:
    """A stand-in for an external system that takes each key once, as Odoo's addon does, and whose calls stay out until answered."""

    max_batch = MOST_A_CALL

    def __init__(self, clock: Clock) -> None:
        self.outage: TargetDown | ConfigurationRefused | None = None
        self.out: list[ParkedCall] = []
        self.effects: dict[str, Effect] = {}
        self.refusals: dict[str, Refused] = {}
        """Bad data stays bad: what was refused is refused again if it comes again because the answer was lost."""
        self.denied: set[str] = set()
        """Keys that it had taken, and whose call it refused as a whole when they came again alone. Nobody can know of those."""
        self.uses = 0
        self.called: Callable[[ParkedCall], None] = lambda _: None
        self.probed: Callable[[TargetDown | ConfigurationRefused | None], None] = lambda _: None
        self._clock = clock
        self._batches: list[Batch] = []

    async def provision(self, batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        self.uses += 1
        whole = next((one for one in self._batches if one.has(batch)), None)
        answer = asyncio.get_running_loop().create_future()
        call = ParkedCall(batch, whole or Batch(batch), whole is not None, self._clock(), answer)
        self.called(call)
        self.out.append(call)
        self._batches.append(call.batch)
        return await answer

    async def probe(self) -> None:
        self.uses += 1
        self.probed(self.outage)
        if self.outage:
            raise self.outage

    async def close(self) -> None:
        return

    def forget_ended_batches(self) -> None:
        """Everybody waits: a batch of which no call is out has ended."""
        self._batches = [call.batch for call in self.out]

    def hang_up(self) -> None:
        """The caller is gone."""
        self.out.clear()
        self._batches.clear()

    def take(self, owed: Sequence[Owed], verdicts: Iterable[Outcome]) -> dict[int, Outcome]:
        """Let take effect what is to; what stands behind one that has to come again is not attempted."""
        outcomes: dict[int, Outcome] = {}
        blocked: set[int] = set()
        for one, verdict in zip(owed, verdicts, strict=False):
            if one.stream in blocked:
                outcome: Outcome = NotAttempted("An earlier one did not end.")
            else:
                outcome = Provisioned("there already") if one.key in self.effects else self.refusals.get(one.key, verdict)
            if isinstance(outcome, Refused):
                self.refusals[one.key] = outcome
            elif isinstance(outcome, Provisioned):
                self.effects.setdefault(one.key, self._effect(one, is_heard=outcome.remark is None))
            else:
                blocked.add(one.stream)
            outcomes[one.provisioning] = outcome
        return outcomes

    def deny(self, owed: Owed) -> None:
        """Refuse the call that carries this one alone."""
        if owed.key in self.effects:
            self.denied.add(owed.key)

    def _effect(self, owed: Owed, *, is_heard: bool) -> Effect:
        told = is_heard and owed.superseded_by is None and self._clock() <= owed.notify_by
        return Effect(owed.key, owed.event_id, json.loads(owed.cloud_event)["subject"], told)


class Process:
    """A Duebell that dispatches to the targets of some handlers, one step at a time."""

    def __init__(self, store: Store, targets: Mapping[int, ParkedTarget], clock: Clock) -> None:
        self.store = MortalStore(store)
        self._targets = targets
        self._clock = clock
        self._loop = asyncio.new_event_loop()
        self._loop.set_default_executor(_AtOnce())
        self._running: dict[int, tuple[Dispatcher, asyncio.Task[None]]] = {}

    def start(self, handler: int) -> None:
        """Dispatch to a handler."""
        dispatcher = Dispatcher(
            handler,
            queue=SqlQueue(self.store),
            target=self._targets[handler],
            now=self._clock,
            policy=RetryPolicy(),
            pace=Pace(Limits(calls_in_flight=CALLS_IN_FLIGHT)),
            jitter=lambda: 0.0,
        )
        self._running[handler] = dispatcher, self._loop.create_task(dispatcher.run())

    def stop(self, handler: int) -> None:
        """End the dispatching to a handler in whatever it does."""
        _, task = self._running.pop(handler)
        task.cancel()
        self._loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        self._targets[handler].hang_up()

    def step(self) -> None:
        """Let everybody look at what is due, and go on until all wait for an answer, for the clock or for something new."""
        for dispatcher, _ in self._running.values():
            dispatcher.wake()
        self._loop.run_until_complete(self._until_quiet())
        for target in self._targets.values():
            target.forget_ended_batches()
        for _, task in self._running.values():
            if task.done():
                task.result()

    def end(self) -> None:
        """Die."""
        for handler in list(self._running):
            self.stop(handler)
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _until_quiet(self) -> None:
        rounds = 0
        while rounds < _QUIET:
            uses = self._uses
            await asyncio.sleep(0)
            rounds = rounds + 1 if self._uses == uses else 0

    @property
    def _uses(self) -> int:
        return self.store.uses + sum(target.uses for target in self._targets.values())
