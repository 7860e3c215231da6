"""Raw events that wait to be read, as the dispatcher's queue: each is owed once, to whoever reads its source's PortaBilling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from duebell.espf.handler import Owed
from duebell.espf.provisioning import Settlement, State
from duebell.espf.queue import HandlerRow, HandlerState, Look
from duebell.portabilling.raw import RawEvent, UnreadableBody, read_raw, to_owe
from duebell.storage.raw_alarms import tell_of_failed
from duebell.storage.rows import NUMBER, Statement, moment, moment_text
from duebell.storage.sources import Source, pause_source, read_source, set_source_state
from duebell.storage.store import Store
from duebell.storage.tables_raw import raw_event

_HEAD = f"""
    environment = :environment AND state = 'waiting' AND line NOT IN (SELECT {NUMBER} FROM {{ROWS}})
    AND NOT EXISTS (SELECT 1 FROM raw_event e WHERE e.line = r.line AND e.state = 'waiting' AND e.number < r.number)
"""
HEADS = Statement(
    f"SELECT line FROM raw_event r WHERE {_HEAD} AND next_at <= :now ORDER BY number LIMIT :limit", moments=["now"]
)
"""The lines that may leave, what waits longest first. A head is found, not marked: two that come at once must not both think
that the other one is it."""
NEXT_DUE = Statement(f"SELECT min(next_at) FROM raw_event r WHERE {_HEAD}")
_OWED = "r.number, r.line, r.i_event, r.environment, r.type, r.body, r.received_at, r.attempts, r.first_attempt_at"
_WAITING = "q.line = {} AND q.state = 'waiting' ORDER BY q.number LIMIT :each"
BATCH = Statement(
    {
        "sqlite": f"""
            SELECT {_OWED} FROM {{ROWS}}
            CROSS JOIN raw_event r ON r.number IN (SELECT q.number FROM raw_event q WHERE {_WAITING.format("j.value")})
        """,
        "postgresql": f"""
            SELECT {_OWED} FROM {{ROWS}}
            CROSS JOIN LATERAL (SELECT * FROM raw_event q WHERE {_WAITING.format(NUMBER)}) r
        """,
    }
)
"""The first `:each` that wait of each line."""
SETTLE = Statement(
    """
    UPDATE raw_event SET state = j.value ->> 1, next_at = {MOMENT 2}, attempts = CAST(j.value ->> 3 AS INTEGER),
        first_attempt_at = {MOMENT 4}, because = j.value ->> 5, reference = j.value ->> 6, ended_at = {MOMENT 7}
    FROM {ROWS} WHERE raw_event.number = CAST(j.value ->> 0 AS BIGINT) AND raw_event.state = 'waiting'
    """
)
"""What a person discarded meanwhile stays so."""
_STATES = {State.PROVISIONED: "done"}
"""What a raw event's states are called otherwise than a provisioning's."""


class RawQueue:
    """`espf.queue.Queue` over a store, whose handlers are the sources. Where several processes share it, the one that `leads` reads."""

    def __init__(self, store: Store, leads: Callable[[], bool] = lambda: True) -> None:
        self._store = store
        self._leads = leads

    async def handler(self, handler: int) -> HandlerRow:
        return await asyncio.to_thread(self._store.read, lambda connection: self._row(connection, handler))

    async def look(self, handler: int, *, limit: int, lines: int, without: Collection[int], now: datetime) -> Look:
        def query(connection: Connection) -> Look:
            row = self._row(connection, handler)
            if not row.is_taking:
                return Look(row=row)
            found = HEADS.run(connection, without, environment=row.environment, now=now, limit=min(limit, lines))
            if heads := found.scalars().all():
                return Look(row=row, batch=_batch(connection, heads, limit))
            next_due = NEXT_DUE.run(connection, without, environment=row.environment).scalar()
            return Look(row=row, next_due=next_due and moment(next_due))

        return await asyncio.to_thread(self._store.read, query)

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        await asyncio.wrap_future(self._store.write(lambda connection: settle(connection, settlements)))

    async def set_state(self, handler: int, state: HandlerState, because: str | None, now: datetime) -> None:
        await asyncio.wrap_future(self._store.write(lambda c: set_source_state(c, handler, state, because, now)))

    async def disable(self, handler: int, because: str, now: datetime) -> None:
        """A person has to resume it."""

        def unit(connection: Connection) -> None:
            set_source_state(connection, handler, HandlerState.REFUSED, because, now)
            pause_source(connection, read_source(connection, handler).environment, because, now)

        await asyncio.wrap_future(self._store.write(unit))

    def _row(self, connection: Connection, source_id: int) -> HandlerRow:
        return _row(read_source(connection, source_id), reads=self._leads())


def settle(connection: Connection, settlements: Sequence[Settlement]) -> None:
    """Write the states of one call; what failed for good is an alarm."""
    SETTLE.run(connection, [_settled(one) for one in settlements])
    failed = [one for one in settlements if one.state in {State.REFUSED, State.EXHAUSTED}]
    if failed:
        numbers = [one.provisioning for one in failed]
        query = select(raw_event.c.environment).where(raw_event.c.number.in_(numbers)).distinct()
        for environment in connection.execute(query).scalars().all():
            tell_of_failed(connection, environment, failed[0].started_at)


def _settled(one: Settlement) -> tuple[Any, ...]:
    state = _STATES.get(one.state, one.state.value)
    ended_at = None if one.state is State.WAITING else one.next_at
    first = one.first_attempt_at and moment_text(one.first_attempt_at)
    return (
        one.provisioning,
        state,
        moment_text(one.next_at),
        one.attempts,
        first,
        one.because,
        one.reference,
        ended_at and moment_text(ended_at),
    )


def _row(one: Source, *, reads: bool) -> HandlerRow:
    return HandlerRow(
        id=one.id,
        name=f"PortaBilling of {one.environment}",
        type="PortaBilling",
        environment=one.environment,
        enabled=reads,
        state=one.state,
        because=one.because,
        since=one.since,
        paused_at=one.paused_at,
        paused_because=one.paused_because,
    )


def _batch(connection: Connection, heads: Sequence[int], limit: int) -> Sequence[Owed]:
    place = {line: at for at, line in enumerate(heads)}
    found = BATCH.run(connection, heads, each=max(1, limit // len(heads)))
    return [_owed(row) for row in sorted(found, key=lambda row: (place[row.line], row.number))]


def _owed(row: Any) -> Owed:
    received_at = moment(row.received_at)
    raw = _raw(row, received_at)
    return Owed(
        provisioning=row.number,
        stream=row.line,
        event_id=row.i_event,
        replay=0,
        type=raw.type,
        cloud_event=to_owe(raw),
        epoch=0,
        notify_by=received_at,
        attempts=row.attempts,
        first_attempt_at=row.first_attempt_at and moment(row.first_attempt_at),
        recorded_at=received_at,
    )


def _raw(row: Any, received_at: datetime) -> RawEvent:
    """Read anew: a newer release may read more of it. Should one not read what an older one did, its reader says what is missing."""
    try:
        raw = read_raw(row.body.encode(), environment=row.environment, received_at=received_at)
    except UnreadableBody:
        raw = RawEvent(environment=row.environment, i_event=row.i_event, type=row.type, variables={}, at=received_at)
    return replace(raw, i_event=row.i_event)
