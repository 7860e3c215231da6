"""Environments beside Global, each one billing with customer ids of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from duebell.storage.columns import Moment

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """All that was recorded before is Global's."""
    op.create_table(
        "environment",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("added_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
