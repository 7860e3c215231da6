"""One life of a Duebell: its real parts put together, recording and delivering until all is settled, or until it is killed."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO

import structlog
from sqlalchemy import select

from duebell.configuration.server import GLOBAL
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.retry import RetryPolicy
from duebell.storage import tables
from duebell.storage.handlers import found
from duebell.storage.queue import SqlQueue
from duebell.storage.recorder import record
from duebell.tasks import cancelled, keep_running
from proof.crash import Crash, CrashingQueue, CrashingStore, CrashPoints, Point, committing
from proof.errors import ProofBroken
from proof.facts import happening
from proof.handler import HttpHandler
from proof.place import Place

HANDLER = "OdooCRM"
_POLICY = RetryPolicy(first=timedelta(milliseconds=5), longest=timedelta(milliseconds=50))
_LOOK = 0.003  # seconds between two looks whether all is settled
_MOST_AT_ONCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a worker is to do.

    Attributes:
        place: its database.
        target: the target's URL.
        journal: the file to which it adds the number of each fact, once its recording is acknowledged.
        facts: the numbers of the facts to record, in order; some may be recorded already.
        seed: how the facts are spread over calls.
        crash: where to die; None: nowhere.
        hasty: takes a fact for recorded before it is committed: the mistake that the proofs must be able to find.
    """

    place: Place
    target: str
    journal: Path
    facts: Sequence[int]
    seed: int
    crash: Crash | None = None
    hasty: bool = False


def work(order: Order) -> None:
    """Carry an order out, in a process of its own."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        processors=[structlog.processors.format_exc_info, structlog.processors.LogfmtRenderer()],
    )
    asyncio.run(_Worker(order).work())


class _Worker:
    def __init__(self, order: Order) -> None:
        self._order = order
        self._points = CrashPoints(order.crash)
        self._store = CrashingStore(order.place.open(), self._points)
        self._queue = CrashingQueue(SqlQueue(self._store), self._points)

    async def work(self) -> None:
        with committing("found"):
            await asyncio.wrap_future(self._store.write(lambda connection: found(connection, [HANDLER], GLOBAL, _now())))
        handler_id = self._store.read(lambda connection: connection.execute(select(tables.handler.c.id)).scalar_one())
        target = HttpHandler(self._order.target, self._points)
        dispatcher = Dispatcher(handler_id, queue=self._queue, target=target, now=_now, policy=_POLICY, calls_in_flight=3)
        delivering = asyncio.create_task(keep_running("delivery", dispatcher.run, _end_at_once))
        await self._record(dispatcher)
        while await self._queue.next_due(handler_id, without=()) is not None:
            if delivering.done():
                delivering.result()
            await asyncio.sleep(_LOOK)
        await cancelled(delivering)
        await target.close()
        self._store.close()

    async def _record(self, dispatcher: Dispatcher) -> None:
        with self._order.journal.open("ab", buffering=0) as journal:
            for numbers in _in_calls(self._order.facts, self._order.seed):
                await self._record_together(numbers, journal)
                dispatcher.wake()

    async def _record_together(self, numbers: Sequence[int], journal: IO[bytes]) -> None:
        acknowledgement = "".join(f"{number}\n" for number in numbers).encode()
        happenings = [happening(number) for number in numbers]
        with committing("record"):
            recording = self._store.write(partial(record, happenings=happenings, recorded_at=_now()))
        if self._order.hasty:
            journal.write(acknowledgement)
        await asyncio.wrap_future(recording)
        journal.write(acknowledgement)
        self._points.hit(Point.ACKNOWLEDGED)


def _in_calls(facts: Sequence[int], seed: int) -> Sequence[Sequence[int]]:
    """The facts in calls of one to a few."""
    chance = random.Random(seed)  # noqa: S311 - a seed that can be run again
    calls: list[list[int]] = []
    for number in facts:
        if not calls or len(calls[-1]) >= chance.randint(1, _MOST_AT_ONCE):
            calls.append([])
        calls[-1].append(number)
    return calls


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the real clock


def _end_at_once(cause: str, sentence: str) -> None:
    """An internal error is no fault that was brought about: the proof must not go on over it."""
    raise ProofBroken(f"{cause}: {sentence}")
