"""What is owed, over SQL that is all on this page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.sql import ColumnElement

from duebell.espf.handler import NotAttempted, Owed, SupersededBy
from duebell.espf.provisioning import Settlement, State
from duebell.espf.queue import HandlerRow, HandlerState
from duebell.espf.rules import SUPERSEDED_BY
from duebell.storage import alarms
from duebell.storage.recorder import move_up
from duebell.storage.tables import attempt, event, handler, provisioning

T = TypeVar("T")

HEADS = (
    select(provisioning.c.stream_id)
    .where(
        provisioning.c.is_head,
        provisioning.c.handler_id == bindparam("handler"),
        provisioning.c.next_at <= bindparam("now"),
        provisioning.c.stream_id.not_in(bindparam("without", expanding=True)),
    )
    .order_by(provisioning.c.urgency, provisioning.c.id)
    .limit(bindparam("limit"))
)
NEXT_DUE = select(func.min(provisioning.c.next_at)).where(
    provisioning.c.is_head,
    provisioning.c.handler_id == bindparam("handler"),
    provisioning.c.stream_id.not_in(bindparam("without", expanding=True)),
)
_PLACE = func.row_number().over(partition_by=provisioning.c.stream_id, order_by=provisioning.c.id).label("place")
_LINES = (
    select(provisioning.c.id, _PLACE)
    .where(
        provisioning.c.state == State.WAITING.value,
        provisioning.c.handler_id == bindparam("handler"),
        provisioning.c.stream_id.in_(bindparam("streams", expanding=True)),
    )
    .subquery()
)
BATCH = (
    select(
        provisioning,
        event.c.id.label("event_id"),
        event.c.type,
        event.c.subject,
        event.c.epoch,
        event.c.sequence,
        event.c.cloud_event,
    )
    .join_from(_LINES, provisioning, provisioning.c.id == _LINES.c.id)
    .join(event, event.c.number == provisioning.c.event_number)
    .order_by(_LINES.c.place, provisioning.c.urgency, provisioning.c.id)
    .limit(bindparam("limit"))
)
_later = event.alias("later")


def _makes_untrue() -> ColumnElement[bool]:
    pairs = [(untrue, type_) for untrue, types in SUPERSEDED_BY.items() for type_ in types]
    return or_(
        *(
            and_(
                event.c.type == untrue,
                _later.c.type == type_,
                *([_later.c.subject == event.c.subject] if type_.startswith("invoice.") else []),
            )
            for untrue, type_ in pairs
        )
    )


SUPERSEDING = (
    select(event.c.number, _later.c.id, _later.c.type, _later.c.occurred_at)
    .join_from(
        event,
        _later,
        and_(
            _later.c.stream_id == event.c.stream_id,
            or_(_later.c.epoch > event.c.epoch, _later.c.sequence > event.c.sequence),
        ),
    )
    .where(event.c.number.in_(bindparam("numbers", expanding=True)), _makes_untrue())
    .order_by(_later.c.number.desc())  # so that the earliest is the last one read
)
SETTLE = (
    update(provisioning)
    .where(provisioning.c.id == bindparam("key"))
    .values({name: bindparam(name) for name in Settlement.__dataclass_fields__.keys() & provisioning.c.keys()})
    .values(is_head=False)
)


class Storing(Protocol):
    """What the queue needs of an engine."""

    def write(self, unit: Callable[[Connection], T]) -> Any: ...

    def read(self, query: Callable[[Connection], T]) -> T: ...


class SqlQueue:
    """`espf.queue.Queue` over a store."""

    def __init__(self, store: Storing) -> None:
        self._store = store

    async def handler(self, handler_id: int) -> HandlerRow:
        return await asyncio.to_thread(self._store.read, lambda connection: read_handler(connection, handler_id))

    async def take(self, handler_id: int, *, limit: int, without: Collection[int], now: datetime) -> Sequence[Owed]:
        def query(connection: Connection) -> list[Owed]:
            heads = {"handler": handler_id, "now": now, "without": list(without), "limit": limit}
            streams = connection.execute(HEADS, heads).scalars().all()
            batch = {"handler": handler_id, "streams": streams, "limit": limit}
            rows = connection.execute(BATCH, batch).all() if streams else []
            return [_owed(row, superseding) for row, superseding in _with_superseding(connection, rows)]

        return await asyncio.to_thread(self._store.read, query)

    async def next_due(self, handler_id: int, *, without: Collection[int]) -> datetime | None:
        parameters = {"handler": handler_id, "without": list(without)}
        return await asyncio.to_thread(self._store.read, lambda c: c.execute(NEXT_DUE, parameters).scalar())

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        await asyncio.wrap_future(self._store.write(lambda connection: settle(connection, settlements)))

    async def set_state(self, handler_id: int, state: HandlerState, because: str | None, now: datetime) -> None:
        await asyncio.wrap_future(self._store.write(lambda c: set_handler_state(c, handler_id, state, because, now)))


def read_handler(connection: Connection, handler_id: int) -> HandlerRow:
    row = connection.execute(select(handler).where(handler.c.id == handler_id)).one()
    return HandlerRow(**{**row._mapping, "state": HandlerState(row.state)})  # noqa: SLF001 - SQLAlchemy's public name


def set_handler_state(
    connection: Connection, handler_id: int, state: HandlerState, because: str | None, now: datetime
) -> None:
    """Change the handler's state; `since` moves only when the state does. Not up is one alarm, up again its all-clear."""
    before = read_handler(connection, handler_id)
    since = before.since if before.state is state else now
    values = {"state": state.value, "because": because, "since": since}
    connection.execute(update(handler).where(handler.c.id == handler_id).values(values))
    if state is HandlerState.UP:
        alarms.clear(connection, alarms.HANDLER + before.name, now)
    elif before.state is not state:
        alarms.sound(connection, alarms.HANDLER + before.name, because or state.value, now)


def settle(connection: Connection, settlements: Sequence[Settlement]) -> None:
    """Write the attempts and the new states of one call, alarm what ended badly, and let the lines move up."""
    values = [{name: getattr(s, name) for name in Settlement.__dataclass_fields__} for s in settlements]
    connection.execute(SETTLE, [{**v, "key": v["provisioning"]} for v in values])
    attempts = [
        {
            "provisioning_id": s.provisioning,
            "started_at": s.started_at,
            "seconds": s.seconds,
            "outcome": s.outcome,
            "because": s.because,
        }
        for s in settlements
        if s.outcome != NotAttempted.__name__
    ]
    if attempts:
        connection.execute(insert(attempt), attempts)
    for s in settlements:
        if s.state in (State.REFUSED, State.EXHAUSTED):
            alarms.sound(connection, f"events {s.state.value}", s.because or s.state.value, s.started_at)
    move_up(connection, {s.stream for s in settlements})


def _with_superseding(connection: Connection, rows: Sequence[Any]) -> Iterable[tuple[Any, SupersededBy | None]]:
    numbers = [row.event_number for row in rows if row.type in SUPERSEDED_BY]
    found: dict[int, SupersededBy] = {}
    if numbers:
        for number, id_, type_, at in connection.execute(SUPERSEDING, {"numbers": numbers}):
            found[number] = SupersededBy(event_id=id_, type=type_, at=at)
    return ((row, found.get(row.event_number)) for row in rows)


def _owed(row: Any, superseding: SupersededBy | None) -> Owed:
    return Owed(
        provisioning=row.id,
        stream=row.stream_id,
        event_id=row.event_id,
        replay=row.replay,
        type=row.type,
        cloud_event=row.cloud_event,
        epoch=row.epoch,
        notify_by=row.notify_by,
        superseded_by=superseding,
        attempts=row.attempts,
        first_attempt_at=row.first_attempt_at,
    )
