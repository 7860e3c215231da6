"""Raw events of a PortaBilling as they came, what they are owed, and what could not be read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from duebell.storage.columns import Id, Moment

revision = "0009"
down_revision = "0008"

_WAITING = sa.text("state = 'waiting'")
_FAILED = sa.text("state IN ('refused', 'exhausted')")


def upgrade() -> None:
    """Nothing of before needs filling in: nothing came yet."""
    op.create_table(
        "source",
        sa.Column("id", Id, nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("since", Moment(timezone=True), nullable=False),
        sa.Column("paused_at", Moment(timezone=True), nullable=True),
        sa.Column("paused_because", sa.Text(), nullable=True),
        sa.Column("last_event_at", Moment(timezone=True), nullable=True),
        *(
            sa.Column(counted, sa.BigInteger(), server_default=sa.text("0"), nullable=False)
            for counted in ("accepted", "repeated", "quarantined", "unauthorized")
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("environment"),
    )
    _raw_event()
    _quarantine()


def _raw_event() -> None:
    op.create_table(
        "raw_event",
        sa.Column("number", Id, nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("i_event", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("first_attempt_at", Moment(timezone=True), nullable=True),
        sa.Column("next_at", Moment(timezone=True), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("environment", "i_event"),
    )
    for name, columns, where in (
        ("raw_event_waiting", ["environment", "number"], _WAITING),
        ("raw_event_line", ["line", "number"], _WAITING),
        ("raw_event_failed", ["environment", "number"], _FAILED),
    ):
        op.create_index(name, "raw_event", columns, sqlite_where=where, postgresql_where=where)
    op.create_index("raw_event_key", "raw_event", ["environment", "key"])
    op.create_index("raw_event_received", "raw_event", ["environment", "received_at"])


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", Id, nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("last_at", Moment(timezone=True), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("environment", "digest"),
    )
    op.create_index(
        "quarantine_waiting", "quarantine", ["environment", "id"], sqlite_where=_WAITING, postgresql_where=_WAITING
    )
    op.create_index("quarantine_received", "quarantine", ["environment", "received_at"])
