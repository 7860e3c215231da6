"""The table of answers kept for those who ask again with the same Idempotency-Key."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from duebell.storage.columns import Moment
from duebell.storage.metadata import metadata

kept_answer = Table(
    "kept_answer",
    metadata,
    Column("who", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("state", String, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answer", Text),
)
"""`state` is under_way, answered or unknown: it failed halfway. `answer` is encrypted: it may hold a customer's data, or a new token."""
Index("kept_answer_asked", kept_answer.c.asked_at)
