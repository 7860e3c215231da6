"""What came from PortaBilling's webhook: raw events and what they are owed, what could not be read, and how its sources are."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint, text

from duebell.storage.columns import Id, Moment
from duebell.storage.metadata import metadata

source = Table(
    "source",
    metadata,
    Column("id", Id, primary_key=True),
    Column("environment", String, nullable=False, unique=True),
    Column("state", String, nullable=False),
    Column("because", Text),
    Column("since", Moment, nullable=False),
    Column("paused_at", Moment),
    Column("paused_because", Text),
    Column("last_event_at", Moment),
    Column("accepted", BigInteger, nullable=False, server_default=text("0")),
    Column("repeated", BigInteger, nullable=False, server_default=text("0")),
    Column("quarantined", BigInteger, nullable=False, server_default=text("0")),
    Column("unauthorized", BigInteger, nullable=False, server_default=text("0")),
)
"""One PortaBilling a row. `state` is a handler's: up, down, refused, as to its API. The last four are counts of all that ever came."""

raw_event = Table(
    "raw_event",
    metadata,
    Column("number", Id, primary_key=True),
    Column("environment", String, nullable=False),
    Column("i_event", String, nullable=False),
    Column("type", String, nullable=False),
    Column("key", String, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("first_attempt_at", Moment),
    Column("next_at", Moment, nullable=False),
    Column("because", Text),
    Column("reference", Text),
    Column("ended_at", Moment),
    UniqueConstraint("environment", "i_event"),
)
"""One that could be read; `body` is as it came, `type` has its name of today.

`key` says what it is about (`customer:5`), `line` is the key's number.
`state` is waiting, done, refused, exhausted or discarded; `reference` names the events that came of it, comma-separated.
"""
_WAITING = "state = 'waiting'"
_FAILED = "state IN ('refused', 'exhausted')"
Index(
    "raw_event_waiting",
    raw_event.c.environment,
    raw_event.c.number,
    sqlite_where=text(_WAITING),
    postgresql_where=text(_WAITING),
)
Index("raw_event_line", raw_event.c.line, raw_event.c.number, sqlite_where=text(_WAITING), postgresql_where=text(_WAITING))
Index(
    "raw_event_failed",
    raw_event.c.environment,
    raw_event.c.number,
    sqlite_where=text(_FAILED),
    postgresql_where=text(_FAILED),
)
Index("raw_event_key", raw_event.c.environment, raw_event.c.key)
Index("raw_event_received", raw_event.c.environment, raw_event.c.received_at)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Id, primary_key=True),
    Column("environment", String, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("because", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("ended_at", Moment),
    Column("ended_because", Text),
    UniqueConstraint("environment", "digest"),
)
"""A body that could not be read or is of no known type, as bytes; of a large one the beginning. The same one again only counts.

`state` is waiting, taken (it could be read later) or discarded.
"""
Index(
    "quarantine_waiting",
    quarantine.c.environment,
    quarantine.c.id,
    sqlite_where=text(_WAITING),
    postgresql_where=text(_WAITING),
)
Index("quarantine_received", quarantine.c.environment, quarantine.c.received_at)
