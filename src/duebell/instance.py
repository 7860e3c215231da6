"""The composition root: every collaborator is made here and passed in."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

import structlog
from sqlalchemy import URL, Connection

from duebell.alarms.causes import CONFLICTING
from duebell.alarms.group import ALARMS
from duebell.alarms.verify import verify as verify_alarms
from duebell.billing.billing import Billing
from duebell.configuration.check import Check, Result
from duebell.configuration.group import Group
from duebell.configuration.secrets import SecretBox
from duebell.configuration.server import GLOBAL, ConfigurationServer
from duebell.deliveries import Deliveries
from duebell.erasures import Erasures
from duebell.errors import ConflictingEvent, NotPossible
from duebell.espf.envelope import Happening
from duebell.espf.handler import EventHandler
from duebell.espf.queue import HandlerRow
from duebell.handlers import AT_FIRST, TYPES
from duebell.metrics.exposition import Metrics
from duebell.metrics.gauges import Here
from duebell.settings import Settings
from duebell.storage import alarms
from duebell.storage.announce import announce, listen
from duebell.storage.figures import figures
from duebell.storage.founding import added, found
from duebell.storage.handlers import all_handlers
from duebell.storage.leases import BUCKETS, Leases
from duebell.storage.ledger import SqlLedger, lock_books
from duebell.storage.moving import refuse_moved
from duebell.storage.options import SqlOptions
from duebell.storage.owed import events_recorded, oldest_waiting, owed_by_state
from duebell.storage.postgresql import PostgresStore
from duebell.storage.queue import SqlQueue
from duebell.storage.receipts import SqlReceipts
from duebell.storage.recorder import Recorded, record
from duebell.storage.recording import Recording
from duebell.storage.retention import expire
from duebell.storage.sqlite import SqliteStore
from duebell.storage.store import Store
from duebell.tasks import cancelled, keep_running
from duebell.watch import Watch

log = structlog.get_logger(__name__)
T = TypeVar("T")
Verify = Callable[[Mapping[str, str]], AsyncIterator[Check]]

ACCOUNTS_A_UNIT = 25
"""A billing run visits so many accounts in one unit of work: other work isn't kept waiting."""
HISTORY_WAIT = 3600.0
"""Seconds until it is looked again for history that is old enough to go."""


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


class Instance:
    """One Duebell over its data folder. It dispatches only inside `dispatching()`; everything else works without."""

    def __init__(self, settings: Settings, *, now: Callable[[], datetime] = utc_now) -> None:
        self._settings = settings
        self.now = now
        self._store = _store(settings)
        try:
            self._store.read(refuse_moved)
            key = settings.secret_key.get_secret_value() if settings.secret_key else None
            self._secrets = SecretBox.from_text(key) if key else SecretBox.from_file(settings.data / "secret.key")
            self._store.write(lambda connection: found(connection, AT_FIRST, GLOBAL, now())).result()
        except BaseException:
            self._store.close()
            raise
        self._recording = Recording(self._store, now)
        self._leases = self._shared_leases()
        self.metrics = Metrics(lambda: self.read(figures), self._here, now)
        self._deliveries = Deliveries(
            SqlQueue(self._store, self._leases),
            SqlReceipts(self._store),
            now,
            self._alarm,
            share=self._share,
            settled=self.metrics.counted.settled,
        )
        self._watch = Watch(
            self._store, data=settings.data, values=self._alarms_in_force, standstill=self._deliveries.standstill, now=now
        )
        self.erasures = Erasures(self._store, self.target, now, lambda: self.leads)
        self._dispatching = False

    def close(self) -> None:
        self._store.close()

    @property
    def database(self) -> Path:
        """The SQLite file.

        Raises:
            NotPossible: the data is in PostgreSQL.
        """
        if self._settings.storage is not None:
            raise NotPossible("This data is in PostgreSQL: back it up with PostgreSQL's own tools (pg_dump, archived WAL).")
        return self._settings.database

    # --- what the API uses --------------------------------------------------------------------------------------------

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run a query."""
        return await asyncio.to_thread(self._store.read, query)

    async def write(self, unit: Callable[[Connection], T]) -> T:
        """Run a unit of work, wait for its commit, and let what it made due leave."""
        result = await asyncio.wrap_future(self._store.write(unit))
        self._deliveries.wake()
        return result

    async def record(self, happenings: Sequence[Happening]) -> list[Recorded]:
        """Record events; they are kept when this returns.

        Raises:
            ConflictingEvent: one of them was recorded with other content: an alarm for a person, and nothing is kept.
        """
        try:
            recorded = await self._recording.record(happenings)
        except ConflictingEvent as conflict:
            await self.write(partial(alarms.sound, cause=CONFLICTING, sentence=str(conflict), now=self.now()))
            raise
        self._deliveries.wake()
        self.metrics.counted.recorded(happenings, recorded)
        return recorded

    async def billing(self, use: Callable[[Billing], T]) -> T:
        """Use embedded billing in one unit of work: its books and the events that come of it are kept together."""
        came: list[tuple[Sequence[Happening], list[Recorded]]] = []

        def unit(connection: Connection) -> T:
            lock_books(connection)
            came.clear()

            def keep(happenings: Sequence[Happening]) -> list[Recorded]:
                came.append((happenings, record(connection, happenings, self.now())))
                return came[-1][1]

            return use(
                Billing(
                    ledger=SqlLedger(connection, GLOBAL),
                    record=keep,
                    now=self.now,
                    environment=GLOBAL,
                    company=self._settings.company,
                )
            )

        result = await self.write(unit)
        for happenings, recorded in came:
            self.metrics.counted.recorded(happenings, recorded)
        return result

    async def configuration(self, use: Callable[[ConfigurationServer], T]) -> T:
        """Use the Configuration server in one unit of work."""
        return await self.write(lambda connection: use(self._server(connection)))

    async def verification(self, environment: str, group: str) -> Verification:
        """Verify of what was typed for the group; what is missing is a check that fails."""
        values = await self.read(lambda connection: self._server(connection).draft(environment, group))
        _, verify = self._groups()[group]
        return Verification(values, verify(values))

    async def apply(self, environment: str, group: str, verified: Mapping[str, str]) -> None:
        """Put what was verified in force, at once, and lose nothing in flight; the group's handler is there from now on.

        Raises:
            NotPossible: something else was typed meanwhile.
        """

        def unit(connection: Connection) -> None:
            self._server(connection).apply(environment, group, verified)
            for name, handler_type in TYPES.items():
                if handler_type.group.name == group:
                    added(connection, name, environment, self.now())
            announce(connection, "handlers")

        await self.write(unit)
        await self.refresh()

    async def refresh(self) -> None:
        """Let every handler, and the alarms, work with what is in force now: rows and configurations may have changed."""
        self._watch.duty.wake()
        if self._dispatching:
            for row in await self.read(all_handlers):
                await self._start(row)

    async def status(self) -> dict[str, Any]:
        """The handlers with what they are owed by state, and the alarms that stand."""

        def query(connection: Connection) -> dict[str, Any]:
            owed = owed_by_state(connection)
            return {
                "dispatching": self._dispatching,
                "handlers": [
                    {
                        **asdict(row),
                        "customers_in_flight": self._deliveries.in_flight(row.id),
                        "owed": owed.get(row.id, {}),
                    }
                    for row in all_handlers(connection)
                ],
                "oldest_waiting": oldest_waiting(connection),
                "recorded": events_recorded(connection),
                "alarms": self.standing_alarms(connection),
                "heartbeat": self._watch.heard(),
            }

        return await self.read(query)

    def standing_alarms(self, connection: Connection) -> list[dict[str, Any]]:
        """The alarms that stand: that storage fails, which can't be stored, then the oldest first."""
        return self._watch.unstored() + alarms.standing(connection)

    @property
    def is_dispatching(self) -> bool:
        """Whether events leave while this runs."""
        return self._dispatching

    async def standstill(self) -> list[str]:
        """The handlers whose deliveries don't move though they were woken; they get seconds to show it."""
        return await self._deliveries.standstill()

    def _here(self) -> Here:
        in_flight = self._deliveries.customers_in_flight()
        leases = BUCKETS if self._leases is None else len(self._leases.held)
        return Here(dispatching=self._dispatching, in_flight=in_flight, leases=leases)

    # --- dispatching --------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def dispatching(self) -> AsyncIterator[Self]:
        """Deliver what is owed, follow what became of the messages, and keep embedded billing up to date."""
        self._dispatching = True
        async with AsyncExitStack() as stack:

            def begin(duties: Mapping[str, Callable[[], Awaitable[None]]]) -> None:
                for name, duty in duties.items():
                    stack.push_async_callback(cancelled, asyncio.create_task(keep_running(name, duty, self._alarm)))

            # They end in the opposite order: whatever starts deliveries, the deliveries, and only then the leases they work under.
            if self._leases is not None:
                begin({"leases": self._leases.run})
            stack.push_async_callback(self._deliveries.stop_all)
            begin({"billing": self._bill, "history": self._let_history_go, "forgetting": self.erasures.run})
            begin({"alarms": self._watch.duty.run, "heartbeat": self._watch.heartbeat.run})
            if self._leases is not None and isinstance(self._store, PostgresStore):
                announced = asyncio.Event()
                listening = partial(self._listen, self._store.url, self._leases, announced)
                begin({"announcements": listening, "configurations": partial(self._refresh_whenever, announced)})
            await self.refresh()
            yield self
        self._dispatching = False

    @asynccontextmanager
    async def target(self, row: HandlerRow) -> AsyncIterator[EventHandler]:
        """A handler's target as configured, for what is asked of it beside its deliveries.

        Raises:
            NotConfigured: nothing is in force for it.
        """
        handler_type = TYPES[row.type]
        group = handler_type.group.name
        values = await self.read(lambda connection: self._server(connection).applied(row.environment, group))
        target = handler_type.build(values)
        try:
            yield target
        finally:
            await target.close()

    async def _start(self, row: HandlerRow) -> None:
        group = TYPES[row.type].group.name
        await self._deliveries.start(
            row, lambda: self._store.read(lambda c: self._server(c).applied(row.environment, group))
        )

    async def _bill(self) -> None:
        while True:
            while self.leads and (await self.billing(lambda billing: billing.run(at_most=ACCOUNTS_A_UNIT))).more:
                log.debug("billing run goes on")
            await asyncio.sleep(self._settings.billing_run.total_seconds())

    async def _let_history_go(self) -> None:
        while True:
            after: int | None = 0
            while self.leads and after is not None:
                before = self.now() - self._settings.history
                after = (await self.write(partial(expire, before=before, after=after))).upto
            await asyncio.sleep(HISTORY_WAIT)

    @property
    def leads(self) -> bool:
        """Whether this process does what only one of those that share a database does."""
        return self._leases is None or 0 in self._leases.held

    def _shared_leases(self) -> Leases | None:
        if not isinstance(self._store, PostgresStore):
            return None
        return Leases(
            self._store,
            f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}",
            busy=lambda: {stream % BUCKETS for stream in self._deliveries.streams_in_flight()},
            changed=lambda: self._deliveries.wake(),  # noqa: PLW0108 - they are made after these
        )

    def _share(self) -> float:
        return self._leases.share if self._leases else 1.0

    async def _listen(self, url: URL, leases: Leases, configured: asyncio.Event) -> None:
        """Do what other processes announce."""
        hears = {"due": self._deliveries.wake, "handlers": configured.set, "leases": leases.hurry}
        await listen(url, lambda what: hears[what]())

    async def _refresh_whenever(self, announced: asyncio.Event) -> None:
        while True:
            announced.clear()
            await self.refresh()
            await announced.wait()

    def _alarm(self, cause: str, sentence: str) -> None:
        self._store.write(partial(alarms.sound, cause=cause, sentence=sentence, now=self.now()))

    def _server(self, connection: Connection) -> ConfigurationServer:
        groups = {name: group for name, (group, _) in self._groups().items()}
        return ConfigurationServer((GLOBAL,), groups, SqlOptions(connection), self._secrets)

    def _groups(self) -> dict[str, tuple[Group, Verify]]:
        """Each group of the configuration tree, and its Verify."""
        of_handlers = {handler_type.group.name: (handler_type.group, handler_type.verify) for handler_type in TYPES.values()}
        return {**of_handlers, ALARMS.name: (ALARMS, partial(verify_alarms, now=self.now))}

    async def _alarms_in_force(self) -> Mapping[str, str]:
        return await self.read(lambda connection: self._server(connection).in_force(GLOBAL, ALARMS.name))


class Verification:
    """One run of Verify over `values`, as they were typed; `passed` once the checks are through and none failed."""

    def __init__(self, values: Mapping[str, str], checks: AsyncIterator[Check]) -> None:
        self.values = values
        self.passed = True
        self._checks = checks

    async def checks(self) -> AsyncIterator[Check]:
        """Each check as it finishes."""
        async for check in self._checks:
            self.passed = self.passed and check.result is not Result.FAILED
            yield check


def _store(settings: Settings) -> Store:
    if settings.storage is None:
        return SqliteStore(settings.database)
    return PostgresStore(settings.storage.get_secret_value())
