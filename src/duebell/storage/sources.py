"""The sources of raw events, one PortaBilling an environment: how each is, and whether what came of it may be read now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, TextClause, func, select, update

from duebell.alarms.causes import SOURCE
from duebell.errors import NotPossible, Unknown
from duebell.espf.queue import HandlerState
from duebell.storage import alarms
from duebell.storage.announce import announce
from duebell.storage.insertion import insert_into
from duebell.storage.raw_alarms import FAILED, WAITING, bodies_that_wait, raws_that
from duebell.storage.switches import reason
from duebell.storage.tables_raw import quarantine, raw_event, source


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One, as to its API (`state`, since when, because of what), and with what ever came of it, as counts."""

    id: int
    environment: str
    state: HandlerState
    because: str | None
    since: datetime
    paused_at: datetime | None
    paused_because: str | None
    last_event_at: datetime | None
    accepted: int
    repeated: int
    quarantined: int
    unauthorized: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What there is to do of a source: raw events that wait to be read, that failed, and bodies in quarantine."""

    waiting: int
    failed: int
    quarantined: int
    oldest_at: datetime | None
    """When the one was received that waits longest."""


def ensure_source(connection: Connection, environment: str, now: datetime) -> Source:
    """The environment's source, which is made if there is none."""
    row = {"environment": environment, "state": HandlerState.UP.value, "since": now}
    connection.execute(insert_into(connection, source).values(row).on_conflict_do_nothing())
    return source_of(connection, environment)


def source_of(connection: Connection, environment: str) -> Source:
    """The environment's source.

    Raises:
        Unknown: nothing ever came there.
    """
    row = connection.execute(select(source).where(source.c.environment == environment)).first()
    if row is None:
        raise Unknown(f"{environment} has no PortaBilling yet: configure and verify {environment}.PortaBilling.")
    return _source(row)


def read_source(connection: Connection, source_id: int) -> Source:
    return _source(connection.execute(select(source).where(source.c.id == source_id)).one())


def all_sources(connection: Connection) -> list[tuple[Source, Backlog]]:
    """Each with what there is to do."""
    rows = connection.execute(select(source).order_by(source.c.id)).all()
    return [(_source(row), _backlog(connection, row.environment)) for row in rows]


def pause_source(connection: Connection, environment: str, because: str, now: datetime) -> Source:
    """Read nothing of it until it is resumed; what comes is kept meanwhile. Paused already: the new reason counts.

    Raises:
        Unknown: there is no such source.
        InvalidValue: no reason.
    """
    found = source_of(connection, environment)
    return _change(connection, found, paused_at=found.paused_at or now, paused_because=reason(because))


def resume_source(connection: Connection, environment: str) -> Source:
    """Let be read what gathered.

    Raises:
        Unknown: there is no such source.
        NotPossible: it isn't paused.
    """
    found = source_of(connection, environment)
    if found.paused_at is None:
        raise NotPossible(f"PortaBilling of {environment} is not paused: `duebell portabilling status` tells how it is.")
    changed = _change(connection, found, paused_at=None, paused_because=None)
    announce(connection, "due")
    return changed


def set_source_state(
    connection: Connection, source_id: int, state: HandlerState, because: str | None, now: datetime
) -> None:
    """Change the state as to its API; `since` moves only when the state does. Not up is one alarm, up again its all-clear."""
    before = read_source(connection, source_id)
    since = before.since if before.state is state else now
    _change(connection, before, state=state.value, because=because, since=since)
    if state is HandlerState.UP:
        alarms.clear(connection, SOURCE + before.environment, now)
    elif before.state is not state:
        alarms.sound(connection, SOURCE + before.environment, because or state.value, now)


def _change(connection: Connection, one: Source, **values: Any) -> Source:
    connection.execute(update(source).where(source.c.id == one.id).values(values))
    return read_source(connection, one.id)


def _backlog(connection: Connection, environment: str) -> Backlog:
    """By indexes, however much has come. Numbers grow as they come: of what waits longest one row is looked at."""
    waits = raws_that(WAITING, environment)
    oldest = select(raw_event.c.received_at).where(*waits).order_by(raw_event.c.number).limit(1)
    return Backlog(
        waiting=_count(connection, raw_event, waits),
        failed=_count(connection, raw_event, raws_that(FAILED, environment)),
        quarantined=_count(connection, quarantine, bodies_that_wait(environment)),
        oldest_at=connection.execute(oldest).scalar(),
    )


def _count(connection: Connection, table: Table, conditions: Iterable[ColumnElement[bool] | TextClause]) -> int:
    return int(connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())


def _source(row: Any) -> Source:
    return Source(**{**row._mapping, "state": HandlerState(row.state)})  # noqa: SLF001 - SQLAlchemy's public name
