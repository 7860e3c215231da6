"""What is owed, over SQL that is all on this page."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any

import structlog
from sqlalchemy import Connection, select, update

from duebell.espf.handler import NotAttempted, Owed, SupersededBy
from duebell.espf.provisioning import Settlement, State
from duebell.espf.queue import HandlerRow, HandlerState, Look
from duebell.espf.rules import SUPERSEDED_BY, is_about_the_customer
from duebell.storage import alarms
from duebell.storage.leases import BUCKETS, Leases, fences_held
from duebell.storage.lines import lock_streams, move_up
from duebell.storage.rows import NUMBER, Statement, moment
from duebell.storage.store import Store
from duebell.storage.tables import MAKES_UNTRUE, event, handler

log = structlog.get_logger(__name__)

_TAKEABLE = f"""
    is_head AND handler_id = :handler AND stream_id NOT IN (SELECT {NUMBER} FROM {{ROWS}})
    AND (:everything OR stream_id % {BUCKETS} IN (SELECT number FROM bucket WHERE owner = :me))
"""
HEADS = Statement(
    f"SELECT stream_id FROM provisioning WHERE {_TAKEABLE} AND next_at <= :now ORDER BY urgency, id LIMIT :limit",
    moments=["now"],
)
"""The lines that may leave, the most urgent first; without those in flight, and of our own buckets where leases are kept."""
NEXT_DUE = Statement(f"SELECT next_at FROM provisioning WHERE {_TAKEABLE} ORDER BY next_at LIMIT 1")

_OWED = """
    p.id, p.stream_id, p.event_number, p.replay, p.notify_by, p.attempts, p.first_attempt_at,
    e.id AS event_id, e.type, e.subject, e.epoch, e.recorded_at, e.cloud_event
"""
_WAITING = "q.stream_id = {} AND q.handler_id = :handler AND q.state = 'waiting' ORDER BY q.id LIMIT :each"
BATCH = Statement(
    {
        "sqlite": f"""
            SELECT {_OWED} FROM {{ROWS}}
            CROSS JOIN provisioning p ON p.id IN (SELECT q.id FROM provisioning q WHERE {_WAITING.format("j.value")})
            CROSS JOIN event e ON e.number = p.event_number
        """,
        "postgresql": f"""
            SELECT {_OWED} FROM {{ROWS}}
            CROSS JOIN LATERAL (SELECT * FROM provisioning q WHERE {_WAITING.format(NUMBER)}) p
            JOIN event e ON e.number = p.event_number
        """,
    }
)
"""The first `:each` that wait of each line. A seek a line, however many wait behind."""

HAVE_LATER = Statement(
    f"SELECT DISTINCT stream_id FROM event WHERE {MAKES_UNTRUE} AND stream_id IN (SELECT {NUMBER} FROM {{ROWS}})"
)
"""Those of the streams in which anything ever made anything untrue."""
_LATER = f"""
    SELECT l.number FROM event l
    WHERE l.{MAKES_UNTRUE} AND l.stream_id = CAST(j.value ->> 1 AS BIGINT) AND l.type = j.value ->> 2
    AND l.number > CAST(j.value ->> 0 AS BIGINT)
"""
LATER = Statement(
    f"""
    SELECT CAST(j.value ->> 0 AS BIGINT) AS number, (
        {_LATER} AND (j.value ->> 3 IS NULL OR l.subject = j.value ->> 3) ORDER BY l.number LIMIT 1
    ) AS later FROM {{ROWS}}
    """
)
"""For each (number, stream, type, subject) the first later event of that type and, if one is given, subject."""

SETTLE = Statement(
    """
    UPDATE provisioning SET state = :state, is_head = false, next_at = :next_at, attempts = :attempts,
        first_attempt_at = :first_attempt_at, because = :because, kind = :kind,
        reference = j.value ->> 1, link = j.value ->> 2, superseded_by = j.value ->> 3
    FROM {ROWS} WHERE provisioning.id = CAST(j.value ->> 0 AS BIGINT) AND provisioning.state = 'waiting'
    """,
    moments=["next_at", "first_attempt_at"],
)
"""What settled meanwhile (skipped by a person, perhaps) stays as it is."""
ATTEMPTS = Statement(
    """
    INSERT INTO attempt (provisioning_id, started_at, seconds, outcome, because)
    SELECT CAST(j.value ->> 0 AS BIGINT), :started_at, :seconds, :outcome, :because FROM {ROWS}
    """,
    moments=["started_at"],
)
_SHARED = ("state", "attempts", "first_attempt_at", "next_at", "because", "kind", "outcome")
_shared = attrgetter(*_SHARED)
"""What most settlements of a call have in common: one statement each."""


class SqlQueue:
    """`espf.queue.Queue` over a store; with `leases` it takes and settles only what they allow."""

    def __init__(self, store: Store, leases: Leases | None = None) -> None:
        self._store = store
        self._leases = leases

    async def handler(self, handler_id: int) -> HandlerRow:
        return await asyncio.to_thread(self._store.read, lambda connection: read_handler(connection, handler_id))

    async def look(self, handler_id: int, *, limit: int, lines: int, without: Collection[int], now: datetime) -> Look:
        mine = {"handler": handler_id, "everything": self._leases is None, "me": self._leases.me if self._leases else ""}
        fences = self._leases.held if self._leases else {}

        def query(connection: Connection) -> Look:
            row = read_handler(connection, handler_id)
            if not row.is_taking:
                return Look(row=row)
            streams = HEADS.run(connection, without, **mine, now=now, limit=min(limit, lines)).scalars().all()
            if streams:
                return Look(row=row, batch=_batch(connection, handler_id, streams, limit, fences))
            next_due = NEXT_DUE.run(connection, without, **mine).scalar()
            return Look(row=row, next_due=next_due and moment(next_due))

        return self._leased(await asyncio.to_thread(self._store.read, query))

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        me = self._leases.me if self._leases else None
        await asyncio.wrap_future(self._store.write(lambda connection: settle(connection, settlements, me)))

    async def set_state(self, handler_id: int, state: HandlerState, because: str | None, now: datetime) -> None:
        await asyncio.wrap_future(self._store.write(lambda c: set_handler_state(c, handler_id, state, because, now)))

    async def disable(self, handler_id: int, because: str, now: datetime) -> None:
        await asyncio.wrap_future(self._store.write(lambda c: disable_handler(c, handler_id, because, now)))

    def _leased(self, look: Look) -> Look:
        """What of it is leased to us still: leases may have ended while it was read."""
        if self._leases is None:
            return look
        held = self._leases.held
        return replace(look, batch=[owed for owed in look.batch if held.get(owed.stream % BUCKETS) == owed.fence])


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


def disable_handler(connection: Connection, handler_id: int, because: str, now: datetime) -> None:
    """The target wants no more, ever: it is owed nothing new, and a person has to enable it again."""
    set_handler_state(connection, handler_id, HandlerState.REFUSED, because, now)
    connection.execute(update(handler).where(handler.c.id == handler_id).values(enabled=False))


def settle(connection: Connection, settlements: Sequence[Settlement], me: str | None = None) -> None:
    """Write the attempts and the new states of one call, alarm what ended badly, and let the lines move up.

    With `me` only what that holder's leases still allow: the rest is somebody else's by now.
    """
    if me is not None:
        settlements = _still_leased(connection, settlements, me)
    streams = {s.stream for s in settlements}
    lock_streams(connection, streams)
    alike: dict[tuple[Any, ...], list[Settlement]] = {}
    for s in settlements:
        alike.setdefault(_shared(s), []).append(s)
    for group in alike.values():
        _settle_alike(connection, group)
    move_up(connection, streams)


def _settle_alike(connection: Connection, settlements: Sequence[Settlement]) -> None:
    one = settlements[0]
    shared = {name: getattr(one, name) for name in _SHARED if name != "outcome"}
    rows = [(s.provisioning, s.reference, s.link, s.superseded_by) for s in settlements]
    SETTLE.run(connection, rows, **shared)
    if one.outcome != NotAttempted.__name__:
        made = {name: getattr(one, name) for name in ("started_at", "seconds", "outcome", "because")}
        ATTEMPTS.run(connection, [(s.provisioning,) for s in settlements], **made)
    if one.state in (State.REFUSED, State.EXHAUSTED):
        because = one.because or one.state.value
        alarms.sound(connection, f"events {one.state.value}", because, one.started_at, times=len(settlements))


def _still_leased(connection: Connection, settlements: Sequence[Settlement], me: str) -> Sequence[Settlement]:
    fences = fences_held(connection, me, {s.stream % BUCKETS for s in settlements})
    kept = [s for s in settlements if fences.get(s.stream % BUCKETS) == s.fence]
    if len(kept) < len(settlements):
        log.warning("lease lost: another dispatcher settles these", events=len(settlements) - len(kept))
    return kept


def _batch(
    connection: Connection, handler_id: int, streams: Sequence[int], limit: int, fences: Mapping[int, int]
) -> Sequence[Owed]:
    place = {stream: at for at, stream in enumerate(streams)}
    found = BATCH.run(connection, streams, handler=handler_id, each=max(1, limit // len(streams)))
    rows = sorted(found, key=lambda row: (place[row.stream_id], row.id))
    later = superseding(connection, rows)
    return [_owed(row, later.get(row.event_number), fences.get(row.stream_id % BUCKETS, 0)) for row in rows]


def superseding(connection: Connection, rows: Sequence[Any]) -> Mapping[int, SupersededBy]:
    """For those that a later event of their stream makes untrue, by number: the first that does."""
    candidates = [row for row in rows if row.type in SUPERSEDED_BY]
    streams = set(HAVE_LATER.run(connection, {row.stream_id for row in candidates}).scalars()) if candidates else set()
    questions = [
        (row.event_number, row.stream_id, type_, None if is_about_the_customer(type_) else row.subject or "")
        for row in candidates
        if row.stream_id in streams
        for type_ in SUPERSEDED_BY[row.type]
    ]
    if not questions:
        return {}
    first: dict[int, int] = {}
    for number, later in LATER.run(connection, questions):
        if later is not None:
            first[number] = min(later, first.get(number, later))
    if not first:
        return {}
    found = connection.execute(
        select(event.c.number, event.c.id, event.c.type, event.c.occurred_at).where(event.c.number.in_(set(first.values())))
    )
    by_number = {number: SupersededBy(event_id=id_, type=type_, at=at) for number, id_, type_, at in found}
    return {number: by_number[later] for number, later in first.items()}


def _owed(row: Any, superseding: SupersededBy | None, fence: int) -> Owed:
    return Owed(
        provisioning=row.id,
        stream=row.stream_id,
        event_id=row.event_id,
        replay=row.replay,
        type=row.type,
        cloud_event=row.cloud_event,
        epoch=row.epoch,
        notify_by=moment(row.notify_by),
        superseded_by=superseding,
        attempts=row.attempts,
        first_attempt_at=row.first_attempt_at and moment(row.first_attempt_at),
        fence=fence,
        recorded_at=moment(row.recorded_at),
    )
