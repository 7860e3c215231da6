"""Embedded billing's tables. Amounts are big integers, minor units of the account's currency; days are the customer's."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from duebell.storage.columns import Id, Moment
from duebell.storage.metadata import metadata

account = Table(
    "billing_account",
    metadata,
    Column("id", Id, primary_key=True),
    Column("environment", String, nullable=False),
    Column("external_id", String, nullable=False),
    Column("reference", String),
    Column("name", Text, nullable=False),
    Column("company_name", Text),
    Column("phone", String),
    Column("email", String),
    Column("language", String),
    Column("time_zone", String, nullable=False),
    Column("customer_class", String, nullable=False),
    Column("payment_method", String),
    Column("currency", String(3), nullable=False),
    Column("credit", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("status_changes", Integer, nullable=False),
    Column("collected_since", Date),
    Column("warned_of", Date),
    Column("as_of", Moment, nullable=False),
    Column("next_visit_at", Moment),
    UniqueConstraint("environment", "external_id"),
    UniqueConstraint("environment", "reference"),
)
"""One row a customer. `next_visit_at` is when a billing run has something to do for him; none: never, as things stand."""
Index("billing_account_due", account.c.environment, account.c.next_visit_at)

fee = Table(
    "billing_fee",
    metadata,
    Column("account_id", ForeignKey("billing_account.id"), primary_key=True),
    Column("service", String, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("first_charged_on", Date, nullable=False),
    Column("next_charge_on", Date, nullable=False),
)

commitment = Table(
    "billing_commitment",
    metadata,
    Column("account_id", ForeignKey("billing_account.id"), primary_key=True),
    Column("reference", String, primary_key=True),
    Column("service", String, nullable=False),
    Column("discount", BigInteger, nullable=False),
    Column("started_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("applied", BigInteger, nullable=False),
    Column("agreed_penalty", BigInteger),
    Column("terminated_on", Date),
    Column("penalty", BigInteger),
)

charge = Table(
    "billing_charge",
    metadata,
    Column("account_id", ForeignKey("billing_account.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("commitment", String),
)
"""What waits for the next invoice."""

invoice = Table(
    "billing_invoice",
    metadata,
    Column("account_id", ForeignKey("billing_account.id"), primary_key=True),
    Column("number", String, primary_key=True),
    Column("environment", String, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("remind_on", Date),
    Column("overdue_on", Date),
    Column("voided_on", Date),
    UniqueConstraint("environment", "number"),
)
OUTSTANDING = text("paid < total AND voided_on IS NULL")
Index("billing_invoice_outstanding", invoice.c.account_id, sqlite_where=OUTSTANDING, postgresql_where=OUTSTANDING)

invoice_line = Table(
    "billing_invoice_line",
    metadata,
    Column("account_id", Id, primary_key=True),
    Column("number", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("commitment", String),
    ForeignKeyConstraint(["account_id", "number"], ["billing_invoice.account_id", "billing_invoice.number"]),
)

payment = Table(
    "billing_payment",
    metadata,
    Column("account_id", ForeignKey("billing_account.id"), primary_key=True),
    Column("reference", String, primary_key=True),
    Column("amount", BigInteger, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("method", String),
)

hold = Table(
    "billing_hold",
    metadata,
    Column("account_id", ForeignKey("billing_account.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("began_on", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("because", Text, nullable=False),
    Column("released_on", Date),
)
"""When nothing was or is collected, and why."""

invoice_count = Table(
    "billing_invoice_count",
    metadata,
    Column("environment", String, primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("invoices", Integer, nullable=False),
)
"""The number of the year's last invoice."""

clock = Table(
    "billing_clock",
    metadata,
    Column("environment", String, primary_key=True),
    Column("offset_seconds", BigInteger, nullable=False),
)
"""How far billing's clock is ahead of the real one."""
