"""Who may use the console and the API, and the trail of what they did. Secrets are kept as digests only."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text, true

from duebell.storage.columns import Id, Moment
from duebell.storage.metadata import metadata

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", String, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", Text),
    Column("detail", Text),
)
"""Who did what to what, and a sentence about it. Triggers refuse to change or delete a row."""

user = Table(
    "access_user",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("password", String, nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=true()),
    Column("created_at", Moment, nullable=False),
    Column("last_login_at", Moment),
)
"""`password` is its argon2id hash."""

session = Table(
    "access_session",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user_id", ForeignKey("access_user.id"), nullable=False, index=True),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)
"""A login that lasts. The row goes when it ends."""

token = Table(
    "access_token",
    metadata,
    Column("id", Id, primary_key=True),
    Column("label", String, nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
)
"""`scopes` are joined by spaces."""
UNREVOKED = text("revoked_at IS NULL")
Index("access_token_label", token.c.label, unique=True, sqlite_where=UNREVOKED, postgresql_where=UNREVOKED)

tries = Table(
    "access_tries",
    metadata,
    Column("key", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("free_at", Moment, nullable=False),
)
"""Logins that failed lately, by a digest of the name typed or of the address they came from; none is tried before `free_at`."""
