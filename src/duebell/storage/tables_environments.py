"""The environments beside `Global`."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from duebell.storage.columns import Moment
from duebell.storage.metadata import metadata

environment = Table(
    "environment",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("added_at", Moment, nullable=False),
)
"""One row for each; `Global` is always there and has none."""
