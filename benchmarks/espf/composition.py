"""The ESPF over a database, as the service composes it, with a handler that does nothing."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from duebell.configuration.server import GLOBAL
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.handler import Outcome, Owed, Provisioned
from duebell.espf.pace import Limits, Pace
from duebell.espf.retry import RetryPolicy
from duebell.instance import utc_now
from duebell.storage.founding import found
from duebell.storage.leases import BUCKETS, Leases
from duebell.storage.postgresql import PostgresStore
from duebell.storage.queue import SqlQueue
from duebell.storage.sqlite import SqliteStore
from duebell.storage.store import Store
from duebell.tasks import cancelled

MAX_BATCH = 800
CALLS_IN_FLIGHT = 3
"""Both as the OdooCRM handler has them when nothing else is configured."""
HANDLER = 1
_NAME = "OdooCRM"
_LOOK = 0.02  # seconds


class NoOp:
    """An event handler that provisions everything at once, and says so to `called`."""

    max_batch = MAX_BATCH

    def __init__(self, called: Callable[[Sequence[Owed]], None]) -> None:
        self._called = called

    async def provision(self, batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        self._called(batch)
        done = Provisioned("no-op")
        return {owed.provisioning: done for owed in batch}

    async def probe(self) -> None:
        return

    async def close(self) -> None:
        return


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """The store at that address, with a handler that is subscribed to everything."""
    file = url.removeprefix("sqlite:///")
    store: Store = SqliteStore(Path(file)) if file != url else PostgresStore(url)
    try:
        store.write(lambda connection: found(connection, [_NAME], GLOBAL, utc_now())).result()
        yield store
    finally:
        store.close()


@asynccontextmanager
async def at_work(store: Store, called: Callable[[Sequence[Owed]], None], processes: int = 1) -> AsyncIterator[Dispatcher]:
    """A dispatcher to a NoOp; on PostgreSQL with its leases, once each of so many processes holds its share of them."""
    if not isinstance(store, PostgresStore):
        yield _dispatcher(SqlQueue(store), called)
        return
    leases = Leases(
        store,
        secrets.token_hex(8),
        busy=lambda: {stream % BUCKETS for stream in dispatcher.in_flight},
        changed=lambda: dispatcher.wake(),  # noqa: PLW0108 - it is made after these
    )
    dispatcher = _dispatcher(SqlQueue(store, leases), called)
    keeping = asyncio.create_task(leases.run())
    try:
        while len(leases.held) != BUCKETS // processes:  # noqa: ASYNC110 - only taking more rings a bell
            await asyncio.sleep(_LOOK)
        yield dispatcher
    finally:
        await cancelled(keeping)


def _dispatcher(queue: SqlQueue, called: Callable[[Sequence[Owed]], None]) -> Dispatcher:
    return Dispatcher(
        HANDLER,
        queue=queue,
        target=NoOp(called),
        now=utc_now,
        policy=RetryPolicy(),
        pace=Pace(Limits(calls_in_flight=CALLS_IN_FLIGHT)),
    )
