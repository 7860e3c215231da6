"""With which target each handler is paired, whether customers are told at all, and how far the change of a key came."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text, text

from duebell.storage.columns import Id, Moment
from duebell.storage.metadata import metadata

pairing = Table(
    "pairing",
    metadata,
    Column("handler_id", ForeignKey("handler.id"), primary_key=True),
    Column("database_uuid", String, nullable=False),
    Column("address", Text, nullable=False),
    Column("paired_at", Moment, nullable=False),
    Column("who", String, nullable=False),
)
"""The target that a handler may tell customers through: its database's own id, and where it was reached."""

stop = Table(
    "stop",
    metadata,
    Column("id", Id, primary_key=True),
    Column("because", Text, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("who", String, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", String),
)
"""When nobody was told anything. One that has not ended is in force."""
Index(
    "stop_in_force",
    stop.c.id,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

hold = Table(
    "hold",
    metadata,
    Column("handler_id", ForeignKey("handler.id"), primary_key=True),
    Column("wanted", Boolean, nullable=False),
    Column("since", Moment, nullable=False),
    Column("done_at", Moment),
    Column("said", Text),
)
"""Whether a handler's target has to hold back what it was given; without `done_at` it is owed. `said`: what it last answered."""

key_rotation = Table(
    "key_rotation",
    metadata,
    Column("handler_id", ForeignKey("handler.id"), primary_key=True),
    Column("rotated_at", Moment),
    Column("next_at", Moment),
    Column("former_key", Text),
)
"""When a handler's key was last changed, when it is tried again after a failure, and, encrypted, the key that is still to be revoked."""
