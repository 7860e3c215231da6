"""The composition root: every collaborator is made here and passed in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self, TypeVar
from uuid import uuid4

import structlog
from sqlalchemy import Connection, func, insert, select

from duebell.billing.billing import Billing
from duebell.configuration.check import Check, Result
from duebell.configuration.secrets import SecretBox
from duebell.configuration.server import GLOBAL, ConfigurationServer
from duebell.errors import ConflictingEvent, NotConfigured, StorageError
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.envelope import Happening
from duebell.espf.handler import ConfigurationRefused, EventHandler, Outcome, Owed
from duebell.espf.provisioning import State
from duebell.espf.queue import HandlerRow, HandlerState
from duebell.espf.receipts import ReceiptPoll
from duebell.espf.retry import RetryPolicy
from duebell.events import FACTS
from duebell.handlers import TYPES, HandlerType
from duebell.settings import Settings
from duebell.storage import alarms, tables
from duebell.storage.ledger import SqlLedger
from duebell.storage.options import SqlOptions
from duebell.storage.queue import SqlQueue, read_handler
from duebell.storage.receipts import SqlReceipts
from duebell.storage.recorder import Recorded, record
from duebell.storage.sqlite import SqliteStore

log = structlog.get_logger(__name__)
T = TypeVar("T")

ACCOUNTS_A_UNIT = 25
"""A billing run visits so many accounts in one unit of work: other work isn't kept waiting."""
RESTART_WAIT = 5.0
"""Seconds before a task that failed is started again."""


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)  # noqa: TID251 - the one place


class Instance:
    """One Duebell over its data folder. It dispatches only inside `dispatching()`; everything else works without."""

    def __init__(self, settings: Settings, *, now: Callable[[], datetime] = utc_now) -> None:
        self._settings = settings
        self.now = now
        self._store = SqliteStore(settings.database)
        try:
            key = settings.secret_key.get_secret_value() if settings.secret_key else None
            self._secrets = SecretBox.from_text(key) if key else SecretBox.from_file(settings.data / "secret.key")
            self._store.write(lambda connection: _found(connection, now())).result()
        except BaseException:
            self._store.close()
            raise
        self._queue = SqlQueue(self._store)
        self._deliveries: dict[int, _Delivery] = {}
        self._dispatching = False

    def close(self) -> None:
        self._store.close()

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
            ConflictingEvent: one of them was recorded with other content: an alarm for a person, and nothing is kept.
        """
        try:
            return await self.write(lambda connection: record(connection, happenings, self.now()))
        except ConflictingEvent as conflict:
            await self.write(partial(alarms.sound, cause="events conflicting", sentence=str(conflict), now=self.now()))
            raise

    async def billing(self, use: Callable[[Billing], T]) -> T:
        """Use embedded billing in one unit of work: its books and the events that come of it are kept together."""

        def unit(connection: Connection) -> T:
            return use(
                Billing(
                    ledger=SqlLedger(connection, GLOBAL),
                    record=lambda happenings: record(connection, happenings, self.now()),
                    now=self.now,
                    environment=GLOBAL,
                    company=self._settings.company,
                )
            )

        return await self.write(unit)

    async def configuration(self, use: Callable[[ConfigurationServer], T]) -> T:
        """Use the Configuration server in one unit of work."""
        return await self.write(lambda connection: use(self._server(connection)))

    async def verification(self, environment: str, group: str) -> Verification:
        """Verify of what was typed for the group; what is missing is a check that fails."""
        values = await self.read(lambda connection: self._server(connection).draft(environment, group))
        handler_type = _type_of(group)
        return Verification(handler_type.verify(values))

    async def apply(self, environment: str, group: str) -> None:
        """Put what was typed in force, at once, and lose nothing in flight."""
        await self.configuration(lambda server: server.apply(environment, group))
        for row in await self.read(_handlers):
            if row.environment == environment and TYPES[row.type].group.name == group and self._dispatching:
                await self._restart(row)

    async def status(self) -> dict[str, Any]:
        """The handlers with what they are owed by state, and the alarms that stand."""

        def query(connection: Connection) -> dict[str, Any]:
            owed = tables.provisioning
            counts = connection.execute(
                select(owed.c.handler_id, owed.c.state, func.count()).group_by(owed.c.handler_id, owed.c.state)
            )
            by_handler: dict[int, dict[str, int]] = {}
            for handler_id, state, count in counts:
                by_handler.setdefault(handler_id, {})[state] = count
            oldest = connection.execute(
                select(func.min(tables.event.c.recorded_at))
                .join_from(owed, tables.event)
                .where(owed.c.state == State.WAITING.value)
            ).scalar()
            return {
                "dispatching": self._dispatching,
                "handlers": [
                    {
                        "name": row.name,
                        "environment": row.environment,
                        "enabled": row.enabled,
                        "state": row.state.value,
                        "because": row.because,
                        "since": row.since,
                        "customers_in_flight": self._deliveries[row.id].dispatcher.in_flight
                        if row.id in self._deliveries
                        else 0,
                        "owed": by_handler.get(row.id, {}),
                    }
                    for row in _handlers(connection)
                ],
                "oldest_waiting": oldest,
                "alarms": alarms.standing(connection),
            }

        return await self.read(query)

    # --- dispatching --------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def dispatching(self) -> AsyncIterator[Self]:
        """Deliver what is owed, follow what became of the messages, and keep embedded billing up to date."""
        self._dispatching = True
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._stop)
            for row in await self.read(_handlers):
                await self._restart(row)
            billing = asyncio.create_task(self._kept_running("billing", self._bill))
            stack.push_async_callback(_cancelled, billing)
            yield self

    async def _stop(self) -> None:
        self._dispatching = False
        for delivery in self._deliveries.values():
            await delivery.close()
        self._deliveries.clear()

    async def _restart(self, row: HandlerRow) -> None:
        if row.id in self._deliveries:
            await self._deliveries.pop(row.id).close()
        handler_type = TYPES[row.type]
        try:
            values = await self.read(lambda c: self._server(c).applied(row.environment, handler_type.group.name))
            target, calls = handler_type.build(values), handler_type.calls_in_flight(values)
        except NotConfigured as error:
            target, calls = _Unconfigured(str(error)), 1
        poll = ReceiptPoll(row.id, target, SqlReceipts(self._store))
        dispatcher = Dispatcher(
            row.id,
            queue=self._queue,
            target=target,
            now=self.now,
            policy=RetryPolicy(),
            calls_in_flight=calls,
            provisioned=poll.wake,
        )
        tasks = [
            asyncio.create_task(self._kept_running(f"delivery to {row.name}", dispatcher.run)),
            asyncio.create_task(self._kept_running(f"receipts of {row.name}", poll.run)),
        ]
        self._deliveries[row.id] = _Delivery(target, dispatcher, tasks)

    def _wake(self) -> None:
        for delivery in self._deliveries.values():
            delivery.dispatcher.wake()

    async def _bill(self) -> None:
        while True:
            while (await self.billing(lambda billing: billing.run(at_most=ACCOUNTS_A_UNIT))).more:
                log.debug("billing run goes on")
            await asyncio.sleep(self._settings.billing_run.total_seconds())

    async def _kept_running(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run until it returns; when it fails say so, loudly, and start it again."""
        while True:
            try:
                await run()
            except StorageError as error:
                log.error("storage failed", task=name, because=str(error))  # noqa: TRY400 - the sentence says all
            except Exception as bug:
                log.exception("internal error", task=name)
                sentence = (
                    f"{name} failed with an internal error ({type(bug).__name__}) and was started again; the log tells more."
                )
                self._store.write(partial(alarms.sound, cause=f"internal {name}", sentence=sentence, now=self.now()))
            else:
                return
            await asyncio.sleep(RESTART_WAIT)

    def _server(self, connection: Connection) -> ConfigurationServer:
        groups = {handler_type.group.name: handler_type.group for handler_type in TYPES.values()}
        return ConfigurationServer((GLOBAL,), groups, SqlOptions(connection), self._secrets)


@dataclass
class Verification:
    """One run of Verify; `passed` once the checks are through and none failed."""

    _checks: AsyncIterator[Check]
    passed: bool = True
    results: list[Check] = field(default_factory=list)

    async def checks(self) -> AsyncIterator[Check]:
        """Each check as it finishes."""
        async for check in self._checks:
            self.passed = self.passed and check.result is not Result.FAILED
            yield check


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A handler at work: its target, its dispatcher, and the tasks that run it and the poll of its receipts."""

    target: EventHandler
    dispatcher: Dispatcher
    tasks: Sequence[asyncio.Task[None]]

    async def close(self) -> None:
        for task in self.tasks:
            await _cancelled(task)
        await self.target.close()


class _Unconfigured:
    """Stands where a handler will be once its group is configured: everything waits."""

    max_batch = 1

    def __init__(self, because: str) -> None:
        self._because = because

    async def provision(self, batch: Sequence[Owed]) -> Mapping[int, Outcome]:  # noqa: ARG002 - the port
        raise ConfigurationRefused(self._because)

    async def probe(self) -> None:
        raise ConfigurationRefused(self._because)

    async def close(self) -> None:
        return


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _type_of(group: str) -> HandlerType:
    for handler_type in TYPES.values():
        if handler_type.group.name == group:
            return handler_type
    raise NotConfigured(f"There is nothing to verify in group {group!r}.")


def _handlers(connection: Connection) -> list[HandlerRow]:
    ids = connection.execute(select(tables.handler.c.id).order_by(tables.handler.c.id)).scalars().all()
    return [read_handler(connection, id_) for id_ in ids]


def _found(connection: Connection, now: datetime) -> None:
    """Give a new database its identity and one handler a type, subscribed to everything."""
    if connection.execute(select(tables.instance.c.key)).first():
        return
    connection.execute(insert(tables.instance), [{"key": "identity", "value": str(uuid4())}, {"key": "epoch", "value": "1"}])
    for name in TYPES:
        row = {"name": name, "type": name, "environment": GLOBAL, "enabled": True, "state": HandlerState.UP, "since": now}
        handler_id = connection.execute(insert(tables.handler).values(row)).inserted_primary_key[0]  # type: ignore[index]
        connection.execute(insert(tables.subscription), [{"handler_id": handler_id, "event_type": t} for t in FACTS])
