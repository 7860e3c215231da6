"""The first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from duebell.storage.columns import Id, Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("since", Moment(timezone=True), nullable=False),
        sa.Column("last_at", Moment(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("cleared_at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("cause"),
    )
    op.create_table(
        "billing_account",
        sa.Column("id", Id, nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company_name", sa.Text(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("customer_class", sa.String(), nullable=False),
        sa.Column("payment_method", sa.String(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_changes", sa.Integer(), nullable=False),
        sa.Column("collected_since", sa.Date(), nullable=True),
        sa.Column("warned_of", sa.Date(), nullable=True),
        sa.Column("as_of", Moment(timezone=True), nullable=False),
        sa.Column("next_visit_at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("environment", "external_id"),
        sa.UniqueConstraint("environment", "reference"),
    )
    op.create_index("billing_account_due", "billing_account", ["environment", "next_visit_at"], unique=False)
    op.create_table(
        "billing_clock",
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("offset_seconds", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("environment"),
    )
    op.create_table(
        "billing_invoice_count",
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("invoices", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("environment", "year"),
    )
    op.create_table(
        "configuration_option",
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stage", "environment", "group_name", "key"),
    )
    op.create_table(
        "handler",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("since", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "instance",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "stream",
        sa.Column("id", Id, nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("last_sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("environment", "customer"),
    )
    op.create_table(
        "billing_charge",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["billing_account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "position"),
    )
    op.create_table(
        "billing_commitment",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("applied", sa.BigInteger(), nullable=False),
        sa.Column("agreed_penalty", sa.BigInteger(), nullable=True),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.Column("penalty", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["billing_account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "reference"),
    )
    op.create_table(
        "billing_fee",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("first_charged_on", sa.Date(), nullable=False),
        sa.Column("next_charge_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["billing_account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "service"),
    )
    op.create_table(
        "billing_invoice",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("overdue_on", sa.Date(), nullable=True),
        sa.Column("voided_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["billing_account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "number"),
        sa.UniqueConstraint("environment", "number"),
    )
    op.create_index(
        "billing_invoice_outstanding",
        "billing_invoice",
        ["account_id"],
        unique=False,
        sqlite_where=sa.text("paid < total AND voided_on IS NULL"),
        postgresql_where=sa.text("paid < total AND voided_on IS NULL"),
    )
    op.create_table(
        "billing_payment",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("method", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["billing_account.id"],
        ),
        sa.PrimaryKeyConstraint("account_id", "reference"),
    )
    op.create_table(
        "event",
        sa.Column("number", Id, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("stream_id", Id, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("customer_name", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("occurred_at", Moment(timezone=True), nullable=False),
        sa.Column("recorded_at", Moment(timezone=True), nullable=False),
        sa.Column("cloud_event", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("stream_id", "epoch", "sequence"),
    )
    op.create_table(
        "receipt",
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("replay", sa.Integer(), nullable=False),
        sa.Column("handler_id", Id, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["handler_id"],
            ["handler.id"],
        ),
        sa.PrimaryKeyConstraint("event_id", "replay", "handler_id", "channel"),
    )
    op.create_table(
        "subscription",
        sa.Column("handler_id", Id, nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handler_id"],
            ["handler.id"],
        ),
        sa.PrimaryKeyConstraint("handler_id", "event_type"),
    )
    op.create_table(
        "billing_invoice_line",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id", "number"],
            ["billing_invoice.account_id", "billing_invoice.number"],
        ),
        sa.PrimaryKeyConstraint("account_id", "number", "position"),
    )
    op.create_table(
        "provisioning",
        sa.Column("id", Id, nullable=False),
        sa.Column("handler_id", Id, nullable=False),
        sa.Column("event_number", Id, nullable=False),
        sa.Column("stream_id", Id, nullable=False),
        sa.Column("replay", sa.Integer(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("notify_by", Moment(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_head", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("next_at", Moment(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("first_attempt_at", Moment(timezone=True), nullable=True),
        sa.Column("because", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("superseded_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_number"],
            ["event.number"],
        ),
        sa.ForeignKeyConstraint(
            ["handler_id"],
            ["handler.id"],
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"],
            ["stream.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_number", "handler_id", "replay"),
    )
    op.create_index(
        "provisioning_heads",
        "provisioning",
        ["handler_id", "urgency", "id"],
        unique=False,
        sqlite_where=sa.text("is_head"),
        postgresql_where=sa.text("is_head"),
    )
    op.create_index(
        "provisioning_line",
        "provisioning",
        ["stream_id", "handler_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "attempt",
        sa.Column("id", Id, nullable=False),
        sa.Column("provisioning_id", Id, nullable=False),
        sa.Column("started_at", Moment(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["provisioning_id"],
            ["provisioning.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_attempt_provisioning_id"), "attempt", ["provisioning_id"], unique=False)
