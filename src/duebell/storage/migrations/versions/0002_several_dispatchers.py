"""Several dispatchers on one database, subscriptions with filters, pauses, alarms that are told, history that ends."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from duebell.storage.columns import Id, Moment

revision = "0002"
down_revision = "0001"

_MAKES_UNTRUE = (
    "type IN ('commitment.terminated', 'customer.limit_removed', 'customer.limited', 'customer.suspended', "
    "'customer.suspension_removed', 'customer.terminated', 'invoice.overdue', 'invoice.paid', 'invoice.voided', 'payment.received')"
)


def upgrade() -> None:
    op.create_table(
        "bucket",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("until", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "dispatcher",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("until", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "telling",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("told_at", Moment(timezone=True), nullable=True),
        sa.Column("told_since", Moment(timezone=True), nullable=True),
        sa.Column("told_count", sa.Integer(), nullable=True),
        sa.Column("episodes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", Moment(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["cause"], ["alarm.cause"]),
        sa.PrimaryKeyConstraint("channel", "cause"),
    )
    op.create_table(
        "past_event",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "forgetting",
        sa.Column("id", Id, nullable=False),
        sa.Column("handler_id", Id, nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("asked_at", Moment(timezone=True), nullable=False),
        sa.Column("due_at", Moment(timezone=True), nullable=True),
        sa.Column("done_at", Moment(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["handler_id"], ["handler.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("handler_id", "environment", "customer"),
    )
    op.create_index("event_recorded", "event", ["recorded_at", "number"], unique=False)
    op.create_index(
        "event_superseding",
        "event",
        ["stream_id", "type", "number"],
        unique=False,
        sqlite_where=sa.text(_MAKES_UNTRUE),
        postgresql_where=sa.text(_MAKES_UNTRUE),
    )
    op.create_index("event_type", "event", ["type", "number"], unique=False)
    op.create_index("event_customer", "event", ["customer_name", "stream_id"], unique=False)
    op.create_index("stream_customer", "stream", ["customer"], unique=False)
    op.add_column("handler", sa.Column("paused_at", Moment(timezone=True), nullable=True))
    op.add_column("handler", sa.Column("paused_because", sa.Text(), nullable=True))
    op.create_index(
        "provisioning_failed",
        "provisioning",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state IN ('refused', 'exhausted')"),
        postgresql_where=sa.text("state IN ('refused', 'exhausted')"),
    )
    op.create_index(
        "provisioning_skipped",
        "provisioning",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'skipped'"),
        postgresql_where=sa.text("state = 'skipped'"),
    )
    op.add_column("subscription", sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("subscription", sa.Column("filter", sa.Text(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        _make_the_queue_quick()


def _make_the_queue_quick() -> None:
    """Look up no parent that the same transaction has locked or written; vacuum before dead rows pile up at the lines' heads."""
    for table, column in (
        ("event", "stream_id"),
        ("provisioning", "handler_id"),
        ("provisioning", "event_number"),
        ("provisioning", "stream_id"),
        ("attempt", "provisioning_id"),
    ):
        op.drop_constraint(f"{table}_{column}_fkey", table)
    for table in ("provisioning", "stream", "bucket", "dispatcher"):
        op.execute(
            f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, "
            "autovacuum_vacuum_cost_delay = 0)"
        )
