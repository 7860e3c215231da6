"""Answers kept for those who ask again with the same Idempotency-Key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from duebell.storage.columns import Moment

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "kept_answer",
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", Moment(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("who", "key"),
    )
    op.create_index("kept_answer_asked", "kept_answer", ["asked_at"], unique=False)
