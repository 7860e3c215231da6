"""The PortaBillings that are configured, one an environment: each with what takes its events, and what reads them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from duebell.errors import InvalidValue, Unknown
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.pace import Limits, Pace
from duebell.portabilling import SOURCE
from duebell.portabilling.options import DailyReconcile, PortaBillingOptions
from duebell.portabilling.raw import RawEvent, UnreadableBody, read_raw
from duebell.portabilling.reader import Reader
from duebell.portabilling.types import about
from duebell.sources.asking import Place
from duebell.sources.configured import Configured
from duebell.sources.quiet import Quiet
from duebell.sources.turned_away import TurnedAway
from duebell.storage.raw_queue import RawQueue
from duebell.storage.raw_taking import Arrival, RawTaking
from duebell.storage.sources import ensure_source
from duebell.storage.store import Store
from duebell.tasks import Alarm, cancelled, keep_running

MOST_KEPT = 65_536
"""Bytes that are kept of a body that can't be read."""
READINGS_AT_ONCE = 4
"""Calls of the reader under way at once, so that what one waits for doesn't hold up the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a request brought: of a very large one the beginning; `digest` (SHA-256, hex) and `size` (bytes) are the whole one's."""

    content: bytes
    size: int
    digest: str


class BuildReader(Protocol):
    """Makes what reads the meaning of one PortaBilling's raw events: see `portabilling.raw.owed_raw`."""

    def __call__(self, environment: str, options: PortaBillingOptions) -> Reader: ...


class Sources:
    """All of them over one store. Raw events are read only once it is `reading`, by the one process that `leads`."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        alarm: Alarm,
        *,
        build: BuildReader | None = None,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        self.turned_away = TurnedAway(store, now)
        self.quiet = Quiet(store, self._longest_silence, now, leads)
        self._store = store
        self._now = now
        self._alarm = alarm
        self._build = build
        self._taking = RawTaking(store)
        self._queue = RawQueue(store, leads)
        self._configured: Mapping[str, Configured] = {}
        self._running: dict[str, _Running] = {}
        self._one_at_a_time = asyncio.Lock()

    def options(self, environment: str) -> PortaBillingOptions | None:
        """What is in force for an environment's PortaBilling; None: there is none."""
        found = self._configured.get(environment)
        return found.options if found else None

    @property
    def is_used(self) -> bool:
        """Whether any PortaBilling is configured."""
        return bool(self._configured)

    async def take(self, environment: str, body: Body) -> None:
        """Keep what a configured PortaBilling sent; it is on disk when this returns: as a raw event, else in quarantine.

        Raises:
            QuarantineFull: too much waits there for a person.
            StorageError: the engine failed.
        """
        await self._taking.take(self._arrival(environment, body))
        self.wake()

    def read(self, environment: str, content: bytes, received_at: datetime) -> RawEvent:
        """Read a body.

        Raises:
            InvalidValue: it is no raw event of a known type; the sentence says why.
        """
        raw = read_raw(content, environment=environment, received_at=received_at)
        options = self.options(environment)
        if options is None or about(raw.type, options) is None:
            raise UnreadableBody(
                f"Nobody knows the type {raw.type!r}: if it matters, enter it in Event_Types of PortaBilling."
            )
        return raw

    def daily(self) -> Mapping[str, DailyReconcile]:
        """What comes of the daily comparison, by environment, those left out where there is none."""
        chosen = {name: one.options.daily_reconcile for name, one in self._configured.items()}
        return {name: one for name, one in chosen.items() if one is not DailyReconcile.OFF}

    def _longest_silence(self) -> Mapping[str, timedelta]:
        """By environment, those left out of which silence is no alarm."""
        found = {name: one.options.quiet_alarm for name, one in self._configured.items()}
        return {name: longest for name, longest in found.items() if longest}

    def wake(self) -> None:
        """Something may have become due."""
        for one in self._running.values():
            one.dispatcher.wake()

    def use(self, configured: Mapping[str, Configured]) -> None:
        """Take what comes by this from now on."""
        self._configured = dict(configured)

    async def read_on(self) -> None:
        """Have raw events read by what is configured now; what is so already goes on."""
        async with self._one_at_a_time:
            for environment in list(self._running):
                if self._running[environment].configured != self._configured.get(environment):
                    await self._running.pop(environment).close()
            for environment, configured in self._configured.items():
                if environment not in self._running and self._build is not None:
                    self._running[environment] = await self._started(environment, configured, self._build)
        self.wake()

    async def stop_reading(self) -> None:
        """End it; what was being read is read again when it starts."""
        for environment in list(self._running):
            await self._running.pop(environment).close()

    def readable(self) -> Mapping[Place, Reader]:
        """The PortaBillings whose customers can be read now."""
        return {Place(environment, SOURCE): one.reader for environment, one in self._running.items()}

    @asynccontextmanager
    async def reader(self, environment: str) -> AsyncIterator[Reader]:
        """What reads an environment's PortaBilling, for the length of the block if it isn't at work.

        Raises:
            Unknown: there is none.
        """
        if environment in self._running:
            yield self._running[environment].reader
            return
        options = self.options(environment)
        if options is None or self._build is None:
            raise Unknown(f"{environment} has no PortaBilling: configure and verify {environment}.PortaBilling.")
        reader = self._build(environment, options)
        try:
            yield reader
        finally:
            await reader.close()

    @property
    def dispatchers(self) -> Mapping[str, Dispatcher]:
        """Those at work, by what they read."""
        return {f"PortaBilling of {environment}": one.dispatcher for environment, one in self._running.items()}

    def in_flight(self, environment: str) -> int:
        """How many lines are being read now."""
        return len(self._running[environment].dispatcher.in_flight) if environment in self._running else 0

    async def _started(self, environment: str, configured: Configured, build: BuildReader) -> _Running:
        now = self._now()
        source = await asyncio.wrap_future(self._store.write(lambda c: ensure_source(c, environment, now)))
        reader = build(environment, configured.options)
        dispatcher = Dispatcher(
            source.id,
            queue=self._queue,
            target=reader,
            now=self._now,
            policy=configured.policy,
            pace=Pace(Limits(calls_in_flight=READINGS_AT_ONCE)),
        )
        work = {
            f"reading of {environment}'s PortaBilling": dispatcher.run,
            f"looks at {environment}'s customers": reader.looks.run,
        }
        tasks = [
            # Their own context: whatever request started them, they aren't part of it.
            asyncio.create_task(keep_running(name, run, self._alarm), context=Context())
            for name, run in work.items()
        ]
        return _Running(configured, reader, dispatcher, tasks)

    def _arrival(self, environment: str, body: Body) -> Arrival:
        arrived = partial(
            Arrival, environment=environment, size=body.size, digest=body.digest, received_at=(received_at := self._now())
        )
        if body.size > len(body.content):
            return arrived(
                body=body.content[:MOST_KEPT], because=f"It has {body.size:,} bytes, more than PortaBilling sends."
            )
        try:
            return arrived(body=body.content, raw=self.read(environment, body.content, received_at))
        except InvalidValue as error:
            return arrived(body=body.content[:MOST_KEPT], because=str(error))


@dataclass(frozen=True, slots=True)
class _Running:
    configured: Configured
    reader: Reader
    dispatcher: Dispatcher
    tasks: Sequence[asyncio.Task[None]]

    async def close(self) -> None:
        for task in self.tasks:
            await cancelled(task)
        await self.reader.close()
