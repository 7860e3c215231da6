"""The service as it runs, over its real SQLite file, in the state where measuring begins, and at work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, func, literal, select

from duebell.configuration.server import GLOBAL
from duebell.espf.envelope import Happening
from duebell.espf.handler import Owed
from duebell.espf.provisioning import State
from duebell.espf.queue import HandlerState
from duebell.handlers.odoo_crm.agreement import said
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.storage import pairing
from duebell.storage.handlers import all_handlers
from duebell.storage.place import place_of
from duebell.storage.queue import SqlQueue
from duebell.storage.sqlite import SqliteStore
from duebell.storage.tables import handler, provisioning

T = TypeVar("T")

GROUP = "OdooCRM"
HAPPENINGS_AT_ONCE = 100
_LOOK = 0.02  # seconds between two looks whether all is settled
_PATIENCE = 180.0  # seconds


def configure(data: Path, url: str, key: str) -> None:
    """Configure a new Duebell as an operator does: address and key, everything else as it comes."""

    async def type_and_apply(instance: Instance) -> None:
        typed = {"API_URL": url, "API_Access_Key": key}
        await instance.configuration(lambda server: server.type(GLOBAL, GROUP, typed))
        await instance.apply(GLOBAL, GROUP, typed)

    _with_instance(data, type_and_apply)


def record(data: Path, happenings: Callable[[datetime], Sequence[Happening]]) -> float:
    """Record the events a hundred at a time, each hundred kept before the next; gives the seconds that it took."""

    async def record_all(instance: Instance) -> float:
        all_ = happenings(instance.now())
        started = time.perf_counter()
        for start in range(0, len(all_), HAPPENINGS_AT_ONCE):
            await instance.record(all_[start : start + HAPPENINGS_AT_ONCE])
        return time.perf_counter() - started

    return _with_instance(data, record_all)


def dispatch(data: Path) -> float:
    """Let it dispatch all that it owes; gives the seconds from its start until the last one is settled and committed.

    Raises:
        RuntimeError: not everything was provisioned.
        TimeoutError: it didn't come to an end.
    """

    async def until_settled(instance: Instance) -> float:
        started = time.perf_counter()
        async with asyncio.timeout(_PATIENCE), instance.dispatching():
            while await instance.read(_goes_on):  # noqa: ASYNC110 - a settled row rings no bell
                await asyncio.sleep(_LOOK)
            took = time.perf_counter() - started
        if await instance.read(_is_unsettled):
            raise RuntimeError(f"Not every event was provisioned: {await instance.status()}")
        return took

    return _with_instance(data, until_settled)


def owed(data: Path, *, limit: int) -> Sequence[Owed]:
    """What it would send next, at most `limit` of it."""

    def due(connection: Connection) -> datetime:
        return connection.execute(select(func.max(provisioning.c.next_at))).scalar_one()

    with closing(SqliteStore(Settings(data=data).database)) as store:
        (row,) = store.read(all_handlers)
        look = SqlQueue(store).look(row.id, limit=limit, lines=limit, without=(), now=store.read(due))
        return asyncio.run(look).batch


def terms(data: Path) -> str:
    """On what terms it tells events, as its calls say it."""

    def query(connection: Connection) -> str:
        (row,) = all_handlers(connection)
        return said(pairing.terms(connection, row, place_of(connection, data)))

    with closing(SqliteStore(Settings(data=data).database)) as store:
        return store.read(query)


def _with_instance(data: Path, use: Callable[[Instance], Awaitable[T]]) -> T:
    instance = Instance(Settings(data=data))
    try:
        return asyncio.run(_awaited(use(instance)))
    finally:
        instance.close()


async def _awaited(result: Awaitable[T]) -> T:
    return await result


def _goes_on(connection: Connection) -> bool:
    """Whether events wait, and Odoo takes them."""
    is_down = _any(connection, handler.c.state != HandlerState.UP.value)
    return _any(connection, provisioning.c.state == State.WAITING.value) and not is_down


def _is_unsettled(connection: Connection) -> bool:
    return _any(connection, provisioning.c.state != State.PROVISIONED.value)


def _any(connection: Connection, condition: ColumnElement[bool]) -> bool:
    return connection.execute(select(literal(1)).where(condition).limit(1)).first() is not None
