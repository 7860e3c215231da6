"""The composition root: every collaborator is made here and passed in."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

import structlog
from sqlalchemy import URL, Connection

from duebell.alarms.causes import CONFLICTING
from duebell.billing.billing import Billing
from duebell.configuration.environment import GLOBAL
from duebell.configuration.fixed import fixed_options
from duebell.configuration.key import Key, Replaced
from duebell.configuration.retention import fixed_history
from duebell.configuration.server import ConfigurationServer
from duebell.configuration.tree import Tree
from duebell.configuration.version import By, GroupPlace
from duebell.duties.deliveries import Deliveries
from duebell.duties.erasures import Erasures
from duebell.duties.guards import Guards
from duebell.duties.history import History
from duebell.duties.pairings import Pairings
from duebell.duties.reconciling import Reconciling
from duebell.duties.reverification import Reverification
from duebell.duties.rotations import KeyRotations
from duebell.duties.telling import Tellings
from duebell.duties.verifications import Verifications
from duebell.duties.watch import Watch
from duebell.errors import ConflictingEvent, NotPossible
from duebell.espf.agreement import Pairing
from duebell.espf.envelope import Happening
from duebell.espf.handler import EventHandler
from duebell.espf.queue import HandlerRow
from duebell.espf.standstill import standing_still
from duebell.groups import declared
from duebell.handlers import AT_FIRST, TYPES
from duebell.in_force import NOBODY, InForce
from duebell.metrics.exposition import Metrics
from duebell.metrics.gauges import Here
from duebell.sandbox.beside import SandboxBeside
from duebell.settings import Settings, variables
from duebell.sources.asking import SourcesAsked
from duebell.sources.readers import Readers
from duebell.sources.sources import Sources
from duebell.storage import alarms
from duebell.storage.announce import announce, listen
from duebell.storage.audit import note
from duebell.storage.configuration_versions import SqlVersions
from duebell.storage.customer_words_before import fill_in
from duebell.storage.earlier_options import adopt
from duebell.storage.environments import add_environment, environments, remove_environment
from duebell.storage.figures import figures
from duebell.storage.founding import added, found
from duebell.storage.handlers import all_handlers
from duebell.storage.leases import BUCKETS, Leases
from duebell.storage.ledger import SqlLedger, lock_books
from duebell.storage.moving import refuse_moved
from duebell.storage.owed import events_recorded, oldest_waiting, owed_by_state
from duebell.storage.pairing import live_at
from duebell.storage.postgresql import PostgresStore
from duebell.storage.queue import SqlQueue
from duebell.storage.receipts import SqlReceipts
from duebell.storage.recorder import Recorded, record
from duebell.storage.recording import Recording
from duebell.storage.sealed import seal_again
from duebell.storage.sqlite import SqliteStore
from duebell.storage.store import Store
from duebell.tasks import cancelled, keep_running

log = structlog.get_logger(__name__)
T = TypeVar("T")
Duties = Mapping[str, Callable[[], Awaitable[None]]]
"""What goes on for as long as is dispatched, by name."""

ACCOUNTS_A_UNIT = 25
"""A billing run visits so many accounts in one unit of work: other work isn't kept waiting."""
WORDS_WAIT = 0.05
"""Seconds between two units that fill in by what words older customers are found: there is no hurry."""
FOLLOWER_WAIT = 3600.0
"""Seconds until a process that doesn't lead looks again whether it does."""


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


class Instance:
    """One Duebell over its data folder. It dispatches only inside `dispatching()`; everything else works without."""

    def __init__(self, settings: Settings, *, now: Callable[[], datetime] = utc_now) -> None:
        self._settings = settings
        self.now = now
        self.sandbox = SandboxBeside.at(settings.sandbox) if settings.sandbox else None
        self._declared = declared(now)
        groups = {name: one.group for name, one in self._declared.items()}
        fixed = {**fixed_history(settings.history), **fixed_options(groups, variables())}
        self._store = _store(settings)
        try:
            self._store.read(refuse_moved)
            self._key = Key.of(settings)
            self._tree = Tree(self._store.read(environments), groups, self._key.box, fixed)
            self.in_force = InForce(self._tree, now)
            self._store.write(lambda connection: found(connection, AT_FIRST, GLOBAL, now())).result()
            place = self._store.write(lambda connection: live_at(connection, settings.data)).result()
            self._store.write(lambda connection: adopt(connection, SqlVersions(connection), By(NOBODY, now()))).result()
            self._notify_within = self._store.read(self.in_force.ages)
            self.session_limits = self._store.read(self.in_force.session_limits)
        except BaseException:
            self._store.close()
            raise
        self._recording = Recording(self._store, now, self.notify_within)
        self._leases = self._shared_leases()
        self.metrics = Metrics(lambda: self.read(figures), self._here, now)
        self._deliveries = Deliveries(
            SqlQueue(self._store, self._leases),
            SqlReceipts(self._store),
            now,
            self._alarm,
            share=self._share,
            settled=self.metrics.counted.settled,
            still_true=SourcesAsked(self._store, lambda: self.sources.readable(), now),  # noqa: PLW0108 - they are made after these
        )
        self._watch = Watch(
            self._store,
            data=settings.data,
            values=lambda: self.read(self.in_force.alarms),
            standstill=self.standstill,
            now=now,
        )
        self.erasures = Erasures(self._store, self.target, now, lambda: self.leads)
        self.telling = Tellings(self._store, self.target, now, lambda: self.leads)
        self._history = History(self._store, self.in_force.history_before, lambda: self.leads)
        self._guards = Guards(self._store, self.target, now, lambda: self.leads)
        self.pairings = Pairings(self._store, self.target, place, now, self.refresh)
        self.verifications = Verifications(self, self._declared)
        self.key_rotations = KeyRotations(self, self.verifications)
        self._reverification = Reverification(
            self._store,
            in_force=lambda: self.read(self.in_force.targets),
            verify=lambda group, values: self._declared[group].verify(values),
            now=now,
            leads=lambda: self.leads,
            who=NOBODY,
        )
        readers = Readers(
            self._store,
            now,
            within=self.notify_within,
            recorded=self._has_recorded,
            leads=lambda: self.leads,
            called=self.metrics.counted.called,
        )
        self.sources = Sources(self._store, now, self._alarm, build=readers, leads=lambda: self.leads)
        self.sources.use(self._store.read(self.in_force.sources))
        self._reconciling = Reconciling(self._store, self.sources, now, lambda: self.leads)
        self._dispatching = False
        self._starting = asyncio.Lock()

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
        self._wake()
        return result

    async def record(self, happenings: Sequence[Happening]) -> list[Recorded]:
        """Record events; they are kept when this returns.

        Raises:
            UnknownEnvironment: one of them is of an environment that isn't here, and nothing is kept.
            ConflictingEvent: one of them was recorded with other content: an alarm for a person, and nothing is kept.
        """
        try:
            recorded = await self._recording.record(happenings)
        except ConflictingEvent as conflict:
            await self.write(partial(alarms.sound, cause=CONFLICTING, sentence=str(conflict), now=self.now()))
            raise
        self._has_recorded(happenings, recorded)
        return recorded

    def _has_recorded(self, happenings: Sequence[Happening], recorded: Sequence[Recorded]) -> None:
        self._deliveries.wake()
        self.metrics.counted.recorded(happenings, recorded)

    async def billing(self, use: Callable[[Billing], T]) -> T:
        """Use embedded billing in one unit of work: its books and the events that come of it are kept together."""
        came: list[tuple[Sequence[Happening], list[Recorded]]] = []

        def unit(connection: Connection) -> T:
            lock_books(connection)
            came.clear()

            def keep(happenings: Sequence[Happening]) -> list[Recorded]:
                came.append((happenings, record(connection, happenings, self.now(), self.notify_within)))
                return came[-1][1]

            return use(
                Billing(
                    ledger=SqlLedger(connection, GLOBAL),
                    record=keep,
                    now=self.now,
                    environment=GLOBAL,
                    company=self._settings.company,
                    source=self.pairings.source_of_books(connection),
                )
            )

        result = await self.write(unit)
        for happenings, recorded in came:
            self.metrics.counted.recorded(happenings, recorded)
        return result

    def environments(self) -> tuple[str, ...]:
        """The environments' names, `Global` first. One that another process has added just now comes with `refresh()`."""
        return tuple(self._tree.environments)

    def notify_within(self, environment: str) -> Mapping[str, timedelta]:
        """For how long each type of event is worth telling there; of an environment that came just now as Global has it."""
        return self._notify_within.get(environment, self._notify_within[GLOBAL])

    async def add_environment(self, name: str, who: str) -> str:
        """Add an environment with handlers like Global's, and Global's configuration in force; its name.

        Raises:
            InvalidValue: it can't be called so.
            NotPossible: there is one of this name.
        """

        def unit(connection: Connection) -> str:
            added_as = add_environment(connection, name, self.now())
            note(connection, at=self.now(), who=who, action="added an environment", subject=added_as)
            return added_as

        added_as = await self.write(unit)
        await self.refresh()
        await self.pairings.pair_new(who)
        return added_as

    async def remove_environment(self, name: str, who: str) -> None:
        """Remove an environment with its handlers.

        Raises:
            Unknown: there is none of this name.
            NotPossible: it is Global, something was recorded for it, or it has a configuration of its own.
        """

        def unit(connection: Connection) -> None:
            remove_environment(connection, name, self.now())
            note(connection, at=self.now(), who=who, action="removed an environment", subject=name)

        rows = await self.read(all_handlers)
        await self._deliveries.stop_others({row.id for row in rows if row.environment != name})
        try:
            await self.write(unit)
        finally:
            await self.refresh()

    async def configuration(self, use: Callable[[ConfigurationServer], T], who: str = NOBODY) -> T:
        """Use the Configuration server in one unit of work, on somebody's behalf."""
        return await self.write(lambda connection: use(self.in_force.server(connection, who)))

    async def configured(self, query: Callable[[ConfigurationServer], T]) -> T:
        """Ask the Configuration server something; nothing is changed, and no unit of work is waited for."""
        return await self.read(lambda connection: query(self.in_force.server(connection)))

    async def apply(self, environment: str, group: str, verified: Mapping[str, str], *, who: str = NOBODY) -> None:
        """Put what was verified in force, at once, and lose nothing in flight; the group's handler is there from now on.

        Raises:
            NotPossible: something else was typed meanwhile.
        """

        def change(server: ConfigurationServer) -> set[GroupPlace]:
            server.apply(environment, group, verified)
            return {(environment, group)}

        await self.put_in_force(change, who)

    async def put_in_force(self, change: Callable[[ConfigurationServer], set[GroupPlace]], who: str) -> None:
        """Make a change of what is in force, which answers with the groups that it changed; it has its effect when this returns."""

        def unit(connection: Connection) -> None:
            changed = change(self.in_force.server(connection, who))
            for environment, type_ in self.in_force.governed(connection, changed):
                added(connection, type_, environment, self.now())
            announce(connection, "handlers")

        await self.write(unit)
        await self.refresh()
        await self.pairings.pair_new(who)

    async def replace_key(self, who: str = NOBODY) -> Replaced:
        """Seal all secrets under a new key and give up the old one. What was begun and broke off is gone on with.

        Raises:
            NotPossible: the key isn't ours to replace; the sentence says how to.
        """
        self._key.begin(alone=self._settings.storage is None)
        self._tree.use(self._key.box)

        def unit(connection: Connection) -> int:
            note(connection, at=self.now(), who=who, action="replaced the key of the secrets")
            return seal_again(connection, self._key.box)

        count = await self.write(unit)
        self._key.end()
        self._tree.use(self._key.box)
        return Replaced(count, self._key.left_over)

    async def refresh(self) -> None:
        """Let everything work with what is in force now: rows, environments and configurations may have changed."""
        self._tree.environments = await self.read(environments)
        self._notify_within = await self.read(self.in_force.ages)
        self.session_limits = await self.read(self.in_force.session_limits)
        self._watch.duty.wake()
        self.telling.wake()
        self.sources.use(await self.read(self.in_force.sources))
        if not self._dispatching:
            return
        await self.sources.read_on()
        async with self._starting:  # a look from before must not end what a later one has started
            rows = await self.read(all_handlers)
            await self._deliveries.stop_others({row.id for row in rows})
            for row in rows:
                await self._start(row)

    def sealed(self, text: str, place: str) -> str:
        """Encrypt what is to be read here again, and nowhere else, for a place; see `SecretBox`."""
        return self._key.box.seal(text, place)

    def opened(self, sealed: str, place: str) -> str:
        """Read it.

        Raises:
            UnreadableSecret: it was sealed with another key, or for another place.
        """
        return self._key.box.open(sealed, place)

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

    def unconfigured(self) -> dict[str, str]:
        """The handlers that nothing is in force for, by name, each with the sentence that says so; none where nothing is dispatched."""
        return self._deliveries.unconfigured()

    def standing_alarms(self, connection: Connection) -> list[dict[str, Any]]:
        """The alarms that stand: that storage fails, which can't be stored, then the oldest first."""
        return self._watch.unstored() + alarms.standing(connection)

    @property
    def is_dispatching(self) -> bool:
        """Whether events leave while this runs."""
        return self._dispatching

    async def standstill(self) -> list[str]:
        """The handlers and sources whose dispatchers don't move though they were woken; they get seconds to show it."""
        return await standing_still({**self._deliveries.dispatchers, **self.sources.dispatchers})

    def _here(self) -> Here:
        in_flight = self._deliveries.customers_in_flight()
        leases = BUCKETS if self._leases is None else len(self._leases.held)
        return Here(dispatching=self._dispatching, in_flight=in_flight, leases=leases)

    # --- dispatching --------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def dispatching(self, also: Duties | None = None) -> AsyncIterator[Self]:
        """Deliver what is owed, follow what became of the messages, and keep embedded billing up to date; `also` is kept running."""
        self._dispatching = True
        async with AsyncExitStack() as stack:

            def begin(duties: Duties) -> None:
                for name, duty in duties.items():
                    stack.push_async_callback(cancelled, asyncio.create_task(keep_running(name, duty, self._alarm)))

            # They end in the opposite order: whatever starts deliveries, the deliveries, and only then the leases they work under.
            if self._leases is not None:
                begin({"leases": self._leases.run})
            stack.push_async_callback(self._deliveries.stop_all)
            stack.push_async_callback(self.sources.stop_reading)
            begin({"turning away": self.sources.turned_away.run, "quiet sources": self.sources.quiet.run})
            begin({"comparing with PortaBilling": self._reconciling.run})
            begin({"billing": self._bill, "history": self._history.run, "forgetting": self.erasures.run})
            begin({"verify": self._reverification.run, "customers' words": self._fill_in_words})
            begin({"telling": self.telling.run, "keys": self.key_rotations.run, "guards": self._guards.run})
            begin({"alarms": self._watch.duty.run, "heartbeat": self._watch.heartbeat.run, **(also or {})})
            if self._leases is not None and isinstance(self._store, PostgresStore):
                announced = asyncio.Event()
                listening = partial(self._listen, self._store.url, self._leases, announced)
                begin({"announcements": listening, "configurations": partial(self._refresh_whenever, announced)})
            await self.refresh()
            yield self
        self._dispatching = False

    @asynccontextmanager
    async def target(self, row: HandlerRow, values: Mapping[str, str] | None = None) -> AsyncIterator[EventHandler]:
        """A handler's target as configured, or with other values, for what is asked of it beside its deliveries.

        Raises:
            NotConfigured: nothing is in force for it.
        """
        handler_type = TYPES[row.type]
        group = handler_type.group.name
        if values is None:
            values = await self.read(partial(self.in_force.values, environment=row.environment, group=group))
        target = handler_type.build(values)
        if isinstance(target, Pairing):
            target.terms = await self.read(partial(self.pairings.terms, row=row))
        try:
            yield target
        finally:
            await target.close()

    async def _start(self, row: HandlerRow) -> None:
        group = TYPES[row.type].group.name
        await self._deliveries.start(
            row,
            lambda: self._store.read(partial(self.in_force.values, environment=row.environment, group=group)),
            lambda: self._store.read(partial(self.in_force.retries, environment=row.environment)),
            lambda: self._store.read(partial(self.pairings.terms, row=row)),
        )

    async def _bill(self) -> None:
        while True:
            while self.leads and (await self.billing(lambda billing: billing.run(at_most=ACCOUNTS_A_UNIT))).more:
                log.debug("billing run goes on")
            await asyncio.sleep(self._settings.billing_run.total_seconds())

    async def _fill_in_words(self) -> None:
        more = True
        while more:
            more = not self.leads or await self.write(fill_in)
            await asyncio.sleep(WORDS_WAIT if self.leads else FOLLOWER_WAIT)

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
            changed=self._wake,
        )

    def _wake(self) -> None:
        """Something may have become due."""
        self._deliveries.wake()
        self.sources.wake()

    def _share(self) -> float:
        return self._leases.share if self._leases else 1.0

    async def _listen(self, url: URL, leases: Leases, configured: asyncio.Event) -> None:
        """Do what other processes announce."""
        hears = {"due": self._wake, "handlers": configured.set, "leases": leases.hurry}
        await listen(url, lambda what: hears[what]())

    async def _refresh_whenever(self, announced: asyncio.Event) -> None:
        while True:
            announced.clear()
            await self.refresh()
            await announced.wait()

    def _alarm(self, cause: str, sentence: str) -> None:
        self._store.write(partial(alarms.sound, cause=cause, sentence=sentence, now=self.now()))


def _store(settings: Settings) -> Store:
    if settings.storage is None:
        return SqliteStore(settings.database)
    settings.data.mkdir(parents=True, exist_ok=True)  # of the key and the socket; an SQLite file makes it for itself
    return PostgresStore(settings.storage.get_secret_value())
