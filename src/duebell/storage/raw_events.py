"""The raw events as people look through them: listed, read anew, or given up with a reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, literal_column, select, update

from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.storage.announce import announce
from duebell.storage.raw_alarms import FAILED, tell_of_failed
from duebell.storage.tables_raw import raw_event

STATES = ("waiting", "done", "refused", "exhausted", "discarded")
AT_ONCE = 1000
"""So many are retried or discarded in one unit of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRaw:
    """A raw event as it is kept; `body` is the text as it came, `reference` the ids of the events that came of it."""

    number: int
    environment: str
    i_event: str
    type: str
    key: str
    body: str
    received_at: datetime
    state: str
    attempts: int
    next_at: datetime
    because: str | None
    reference: str | None
    ended_at: datetime | None


_COLUMNS = [raw_event.c[name] for name in KeptRaw.__slots__]


def list_raw(  # noqa: PLR0913 - what a list is chosen by
    connection: Connection,
    *,
    environment: str | None = None,
    state: str | None = None,
    key: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[KeptRaw]:
    """Up to `limit`, the newest first, older than the one numbered `before`.

    Raises:
        InvalidValue: there is no such state.
    """
    query = select(*_COLUMNS).order_by(raw_event.c.number.desc()).limit(limit)
    if state is not None:
        query = query.where(_of_state(state))
    wanted = {raw_event.c.environment: environment, raw_event.c.key: key}
    query = query.where(*(column == value for column, value in wanted.items() if value is not None))
    if before is not None:
        query = query.where(raw_event.c.number < before)
    return [KeptRaw(**row) for row in connection.execute(query).mappings()]


def list_failed(connection: Connection, *, limit: int) -> list[KeptRaw]:
    """Up to `limit` that were refused or given up, the newest first."""
    query = select(*_COLUMNS).where(FAILED).order_by(raw_event.c.number.desc()).limit(limit)
    return [KeptRaw(**row) for row in connection.execute(query).mappings()]


def raw_numbered(connection: Connection, number: int) -> KeptRaw:
    """That one.

    Raises:
        Unknown: there is none of this number.
    """
    row = connection.execute(select(*_COLUMNS).where(raw_event.c.number == number)).mappings().first()
    if row is None:
        raise Unknown(f"There is no raw event {number}: `duebell portabilling raw list` shows them.")
    return KeptRaw(**row)


def retry_raw(connection: Connection, number: int, now: datetime) -> KeptRaw:
    """Let it be read at once: one that waits now instead of later, one that failed or was discarded anew.

    Raises:
        Unknown: there is none of this number.
        NotPossible: it is done.
    """
    found = raw_numbered(connection, number)
    if found.state == "done":
        raise NotPossible(f"Raw event {number} is done: what came of it is among the events.")
    _wait_again(connection, [found], now)
    return raw_numbered(connection, number)


def retry_failed(connection: Connection, environment: str, now: datetime) -> int:
    """Let all that failed be read anew, up to so many at once; how many that are."""
    query = (
        select(*_COLUMNS).where(raw_event.c.environment == environment, FAILED).order_by(raw_event.c.number).limit(AT_ONCE)
    )
    failed = [KeptRaw(**row) for row in connection.execute(query).mappings()]
    _wait_again(connection, failed, now)
    return len(failed)


def discard_raw(connection: Connection, number: int, because: str, now: datetime) -> KeptRaw:
    """Give it up; it stays in the list, with the reason.

    Raises:
        Unknown: there is none of this number.
        NotPossible: it is done.
        InvalidValue: no reason.
    """
    found = raw_numbered(connection, number)
    if found.state == "done":
        raise NotPossible(f"Raw event {number} is done: what came of it is among the events.")
    change = update(raw_event).where(raw_event.c.number == number)
    connection.execute(change.values(state="discarded", because=reason_to_discard(because), ended_at=now))
    tell_of_failed(connection, found.environment, now)
    return raw_numbered(connection, number)


def reason_to_discard(because: str) -> str:
    """What is said of it.

    Raises:
        InvalidValue: nothing.
    """
    if not because.strip():
        raise InvalidValue("Say why it is discarded: whoever looks for what is missing will ask.")
    return because.strip()


def _wait_again(connection: Connection, found: Collection[KeptRaw], now: datetime) -> None:
    change = update(raw_event).where(raw_event.c.number.in_([one.number for one in found]))
    begun_anew = {"state": "waiting", "next_at": now, "attempts": 0, "first_attempt_at": None, "ended_at": None}
    connection.execute(change.values(begun_anew))
    for environment in sorted({one.environment for one in found}):
        tell_of_failed(connection, environment, now)
    announce(connection, "due")


def _of_state(state: str) -> ColumnElement[bool]:
    if state not in STATES:
        raise InvalidValue(f"There is no state {state!r}: {', '.join(STATES)}.")
    return raw_event.c.state == literal_column(f"'{state}'")  # a literal, so that the partial indexes serve
