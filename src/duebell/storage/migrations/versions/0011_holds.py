"""Holds of embedded billing: until when nothing is collected from a customer, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from duebell.storage.columns import Id

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Nobody is on hold yet."""
    op.create_table(
        "billing_hold",
        sa.Column("account_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["billing_account.id"]),
        sa.PrimaryKeyConstraint("account_id", "number"),
    )
