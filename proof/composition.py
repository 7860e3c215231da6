"""The service's real parts, put together as the composition root does, around a store and a handler of a proof's choice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import select

from duebell.configuration.server import GLOBAL
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.handler import EventHandler
from duebell.espf.pace import Limits, Pace
from duebell.espf.retry import RetryPolicy
from duebell.storage import tables
from duebell.storage.founding import found
from duebell.storage.queue import SqlQueue
from duebell.storage.recorder import Recorded, record
from duebell.storage.store import Store
from duebell.tasks import cancelled, keep_running
from proof.crash import CrashingQueue, CrashingStore, CrashPoints, committing
from proof.errors import ProofBroken
from proof.facts import happening
from proof.figures import waiting

HANDLER = "OdooCRM"
_POLICY = RetryPolicy(first=timedelta(milliseconds=5), longest=timedelta(milliseconds=50))
_LOOK = 0.003  # seconds between two looks whether all is settled


class Composition:
    """One Duebell.

    Args:
        store: opened; closed with `close()`.
        handler: whom the events go to.
        points: where to die.
    """

    def __init__(self, store: Store, handler: EventHandler, points: CrashPoints) -> None:
        self._store = CrashingStore(store, points)
        self._handler = handler
        with committing("found"):
            self._store.write(lambda connection: found(connection, [HANDLER], GLOBAL, now())).result()
        handler_id = self._store.read(lambda connection: connection.execute(select(tables.handler.c.id)).scalar_one())
        self._dispatcher = Dispatcher(
            handler_id,
            queue=CrashingQueue(SqlQueue(self._store), points),
            target=handler,
            now=now,
            policy=_POLICY,
            pace=Pace(Limits(calls_in_flight=3)),
        )

    def record(self, numbers: Sequence[int]) -> Future[list[Recorded]]:
        """Record the facts of these numbers in one unit of work; the future answers when they are kept."""
        happenings = [happening(number) for number in numbers]
        with committing("record"):
            return self._store.write(partial(record, happenings=happenings, recorded_at=now()))

    def wake(self) -> None:
        """Something was recorded."""
        self._dispatcher.wake()

    @asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        """Deliver for the length of the block, at whose end everything must be settled.

        Raises:
            ProofBroken: there was an internal error; its traceback is in the log.
        """
        delivery = asyncio.create_task(keep_running("delivery", self._dispatcher.run, _end_at_once))
        try:
            yield
            while await asyncio.to_thread(self._store.read, waiting):
                if delivery.done():
                    delivery.result()
                await asyncio.sleep(_LOOK)
        finally:
            await cancelled(delivery)

    async def close(self) -> None:
        """Give everything back."""
        await self._handler.close()
        self._store.close()


def now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)  # noqa: TID251 - a proof is a composition root of its own


def _end_at_once(cause: str, sentence: str) -> None:
    """An internal error is no fault that was brought about: a proof must not go on over it."""
    raise ProofBroken(f"{cause}: {sentence}")
