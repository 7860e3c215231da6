"""The ESPF over a database, as the service composes it, with a handler that does nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from duebell.configuration.server import GLOBAL
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.handler import Outcome, Owed, Provisioned
from duebell.espf.retry import RetryPolicy
from duebell.instance import utc_now
from duebell.storage.handlers import found
from duebell.storage.queue import SqlQueue
from duebell.storage.sqlite import SqliteStore

MAX_BATCH = 800
CALLS_IN_FLIGHT = 3
"""Both as the OdooCRM handler has them when nothing else is configured."""
HANDLER = 1
_NAME = "OdooCRM"


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
def opened(url: str) -> Iterator[SqliteStore]:
    """The store at that address, with a handler that is subscribed to everything."""
    store = SqliteStore(Path(url.removeprefix("sqlite:///")))
    try:
        store.write(lambda connection: found(connection, [_NAME], GLOBAL, utc_now())).result()
        yield store
    finally:
        store.close()


def dispatcher(store: SqliteStore, called: Callable[[Sequence[Owed]], None]) -> Dispatcher:
    """One that delivers to a NoOp."""
    return Dispatcher(
        HANDLER,
        queue=SqlQueue(store),
        target=NoOp(called),
        now=utc_now,
        policy=RetryPolicy(),
        calls_in_flight=CALLS_IN_FLIGHT,
    )
