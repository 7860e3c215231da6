"""The named points at which a worker can be made to kill itself, and the wrappers around the ports that lead it there."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Connection

from duebell.espf.provisioning import Settlement
from duebell.espf.queue import HandlerRow, HandlerState, Look, Queue
from duebell.storage.store import Store

T = TypeVar("T")


class Point(StrEnum):
    """Where a worker can be killed; what is being committed stands before the colon."""

    FOUND_BEFORE_COMMIT = "found: before commit"
    FOUND_COMMITTED = "found: after commit"
    RECORD_BEFORE_COMMIT = "record: before commit"
    RECORD_COMMITTED = "record: after commit"
    ACKNOWLEDGED = "record: after acknowledgement"
    BEFORE_LOOK = "look: before"
    LOOKED = "look: after"
    BEFORE_CALL = "call: before"
    AT_TARGET = "call: arrived, not committed there"
    COMMITTED_AT_TARGET = "call: committed there, not answered"
    ANSWERED = "call: answered"
    BEFORE_SETTLE = "settle: before"
    SETTLE_BEFORE_COMMIT = "settle: before commit"
    SETTLE_COMMITTED = "settle: after commit"
    SETTLED = "settle: after"
    STATE_BEFORE_COMMIT = "state: before commit"
    STATE_COMMITTED = "state: after commit"
    BEFORE_PROBE = "probe: before"
    PROBED = "probe: after"
    BEFORE_CLOSE = "close: before"
    CLOSED = "close: after"


_AFTER_AN_OUTAGE = (Point.STATE_BEFORE_COMMIT, Point.STATE_COMMITTED, Point.BEFORE_PROBE, Point.PROBED)
ONCE_A_LIFE = (Point.FOUND_BEFORE_COMMIT, Point.FOUND_COMMITTED, Point.BEFORE_CLOSE, Point.CLOSED)
"""A worker comes by there once only; by the other ones several times."""


@dataclass(frozen=True, slots=True)
class Crash:
    """Be killed at the `nth` time (from 1) that `point` is reached."""

    point: Point
    nth: int


class CrashPoints:
    """Counts how often the points are reached, and kills this process where `crash` says so, as the kernel would."""

    def __init__(self, crash: Crash | None) -> None:
        self._crash = crash
        self._left = crash.nth if crash else 0
        self._outages = 1 if crash and crash.point in _AFTER_AN_OUTAGE else 0

    def hit(self, point: Point) -> None:
        """This point is reached now."""
        if self.is_here(point):
            os.kill(os.getpid(), signal.SIGKILL)

    def is_here(self, point: Point) -> bool:
        """Whether reaching the point now is the time to die; counts."""
        if self._crash is None or self._crash.point is not point:
            return False
        self._left -= 1
        return self._left == 0

    def wants_outage(self) -> bool:
        """Whether the target must fail once so that the point is reached at all; true once."""
        self._outages -= 1
        return self._outages == 0


_COMMITS = {
    "found": (Point.FOUND_BEFORE_COMMIT, Point.FOUND_COMMITTED),
    "record": (Point.RECORD_BEFORE_COMMIT, Point.RECORD_COMMITTED),
    "settle": (Point.SETTLE_BEFORE_COMMIT, Point.SETTLE_COMMITTED),
    "state": (Point.STATE_BEFORE_COMMIT, Point.STATE_COMMITTED),
}
_purpose: ContextVar[str | None] = ContextVar("purpose", default=None)


@contextmanager
def committing(purpose: str) -> Iterator[None]:
    """What is written inside the block is for this: found, record, settle or state."""
    token = _purpose.set(purpose)
    try:
        yield
    finally:
        _purpose.reset(token)


class CrashingStore:
    """A store whose units of work may end in a crash: before their commit, or after it and before anybody hears of it."""

    def __init__(self, store: Store, points: CrashPoints) -> None:
        self._store = store
        self._points = points

    def write(self, unit: Callable[[Connection], T]) -> Future[T]:
        purpose = _purpose.get()
        if purpose is None:
            return self._store.write(unit)
        before, after = _COMMITS[purpose]

        def crashing(connection: Connection) -> T:
            result = unit(connection)
            self._points.hit(before)
            return result

        future = self._store.write(crashing)
        future.add_done_callback(lambda done: None if done.cancelled() or done.exception() else self._points.hit(after))
        return future

    def read(self, query: Callable[[Connection], T]) -> T:
        return self._store.read(query)

    def close(self) -> None:
        self._points.hit(Point.BEFORE_CLOSE)
        self._store.close()
        self._points.hit(Point.CLOSED)


class CrashingQueue:
    """`espf.queue.Queue` with a crash point on each side of what the dispatcher does with it."""

    def __init__(self, queue: Queue, points: CrashPoints) -> None:
        self._queue = queue
        self._points = points

    async def handler(self, handler: int) -> HandlerRow:
        return await self._queue.handler(handler)

    async def look(self, handler: int, **asked: Any) -> Look:
        self._points.hit(Point.BEFORE_LOOK)
        look = await self._queue.look(handler, **asked)
        self._points.hit(Point.LOOKED)
        return look

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        self._points.hit(Point.BEFORE_SETTLE)
        with committing("settle"):
            await self._queue.settle(settlements)
        self._points.hit(Point.SETTLED)

    async def set_state(self, handler: int, state: HandlerState, because: str | None, now: datetime) -> None:
        with committing("state"):
            await self._queue.set_state(handler, state, because, now)

    async def disable(self, handler: int, because: str, now: datetime) -> None:
        await self._queue.disable(handler, because, now)
