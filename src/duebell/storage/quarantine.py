"""What came from PortaBilling and is no raw event yet: looked through, taken after all, or discarded with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.portabilling.raw import RawEvent
from duebell.storage.raw_alarms import WAITING, bodies_that_wait, tell_of_quarantine
from duebell.storage.raw_events import reason_to_discard
from duebell.storage.raw_taking import Arrival, take
from duebell.storage.tables_raw import quarantine

AT_ONCE = 200
"""So many bodies are read in one unit of work."""
Read = Callable[[str, bytes, datetime], RawEvent]
"""Reads a body that came for an environment at a moment; raises `InvalidValue` with the sentence why it can't."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A body, of `size` bytes when it came, of which `body` may be the beginning; `count` says how often the same one came."""

    id: int
    environment: str
    body: bytes
    size: int
    because: str
    received_at: datetime
    last_at: datetime
    count: int
    state: str
    ended_at: datetime | None
    ended_because: str | None

    @property
    def is_whole(self) -> bool:
        return len(self.body) == self.size


@dataclass(frozen=True, slots=True)
class Retried:
    """How many were taken, how many are left, and after which number to go on; None: that was all."""

    taken: int
    left: int
    upto: int | None


_COLUMNS = [quarantine.c[name] for name in Quarantined.__slots__]


def list_quarantine(
    connection: Connection,
    *,
    environment: str | None = None,
    ended: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> list[Quarantined]:
    """Up to `limit` that wait, or else that have ended; the newest first, older than the one with the id `before`."""
    query = select(*_COLUMNS).order_by(quarantine.c.id.desc()).limit(limit)
    query = query.where(quarantine.c.state != "waiting") if ended else query.where(WAITING)
    if environment is not None:
        query = query.where(quarantine.c.environment == environment)
    if before is not None:
        query = query.where(quarantine.c.id < before)
    return [Quarantined(**row) for row in connection.execute(query).mappings()]


def quarantined(connection: Connection, id_: int) -> Quarantined:
    """That one.

    Raises:
        Unknown: there is none of this number.
    """
    row = connection.execute(select(*_COLUMNS).where(quarantine.c.id == id_)).mappings().first()
    if row is None:
        raise Unknown(f"There is no {id_} in quarantine: `duebell portabilling quarantine list` shows what is.")
    return Quarantined(**row)


def retry_quarantined(connection: Connection, id_: int, read: Read, now: datetime) -> Quarantined:
    """Take it as a raw event after all.

    Raises:
        Unknown: there is none of this number.
        NotPossible: it was taken already, or only its beginning was kept.
        InvalidValue: it can't be read still.
    """
    found = quarantined(connection, id_)
    if found.state == "taken":
        raise NotPossible(f"{id_} was taken already: it is among the raw events.")
    if not found.is_whole:
        raise NotPossible(f"Only the beginning of {id_} was kept, of {found.size:,} bytes: it can't be taken.")
    raw = read(found.environment, found.body, found.received_at)
    _take(connection, found, raw, now)
    tell_of_quarantine(connection, found.environment, now)
    return quarantined(connection, id_)


def retry_quarantine(connection: Connection, environment: str, read: Read, now: datetime, *, after: int = 0) -> Retried:
    """Take what can be read by now, of so many that wait and are numbered after that."""
    mine = (quarantine.c.environment == environment, quarantine.c.id > after, WAITING)
    query = select(*_COLUMNS).where(*mine).order_by(quarantine.c.id).limit(AT_ONCE)
    waiting = [Quarantined(**row) for row in connection.execute(query).mappings()]
    taken = sum(_is_taken(connection, one, read, now) for one in waiting)
    left = tell_of_quarantine(connection, environment, now)
    return Retried(taken, left, waiting[-1].id if len(waiting) == AT_ONCE else None)


def discard_quarantined(connection: Connection, id_: int, because: str, now: datetime) -> Quarantined:
    """Give it up; it stays in the list, with the reason, and counts when it comes again.

    Raises:
        Unknown: there is none of this number.
        NotPossible: it was taken.
        InvalidValue: no reason.
    """
    found = quarantined(connection, id_)
    if found.state == "taken":
        raise NotPossible(f"{id_} was taken already: it is among the raw events.")
    _end(connection, id_, "discarded", reason_to_discard(because), now)
    tell_of_quarantine(connection, found.environment, now)
    return quarantined(connection, id_)


def discard_quarantine(connection: Connection, environment: str, because: str, now: datetime) -> int:
    """Give up all that wait now; how many those are.

    Raises:
        InvalidValue: no reason.
    """
    ended = {"state": "discarded", "ended_at": now, "ended_because": reason_to_discard(because)}
    change = update(quarantine).where(*bodies_that_wait(environment)).values(ended)
    count = connection.execute(change).rowcount
    tell_of_quarantine(connection, environment, now)
    return count


def _is_taken(connection: Connection, one: Quarantined, read: Read, now: datetime) -> bool:
    if not one.is_whole:
        return False
    try:
        raw = read(one.environment, one.body, one.received_at)
    except InvalidValue as still:
        connection.execute(update(quarantine).where(quarantine.c.id == one.id).values(because=str(still)))
        return False
    _take(connection, one, raw, now)
    return True


def _take(connection: Connection, one: Quarantined, raw: RawEvent, now: datetime) -> None:
    arrival = Arrival(
        environment=one.environment, body=one.body, size=one.size, digest="", received_at=one.received_at, raw=raw
    )
    take(connection, [arrival])
    _end(connection, one.id, "taken", None, now)


def _end(connection: Connection, id_: int, state: str, because: str | None, now: datetime) -> None:
    change = update(quarantine).where(quarantine.c.id == id_)
    connection.execute(change.values(state=state, ended_at=now, ended_because=because))
