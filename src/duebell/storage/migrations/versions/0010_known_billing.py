"""What was last read of a PortaBilling's customers and invoices, and what was told of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from duebell.storage.columns import Moment

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Nothing of before needs filling in: nobody was read yet."""
    op.create_table(
        "known_customer",
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("i_customer", sa.String(), nullable=False),
        sa.Column("known", sa.Text(), nullable=False),
        sa.Column("began_at", Moment(timezone=True), nullable=True),
        sa.Column("next_look_at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("environment", "i_customer"),
    )
    op.create_index("known_customer_look", "known_customer", ["environment", "next_look_at"])
    op.create_table(
        "known_invoice",
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("i_invoice", sa.String(), nullable=False),
        sa.Column("i_customer", sa.String(), nullable=False),
        sa.Column("known", sa.Text(), nullable=False),
        sa.Column("settled_at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("environment", "i_invoice"),
    )
    op.create_index("known_invoice_customer", "known_invoice", ["environment", "i_customer"])
    op.create_index("known_invoice_settled", "known_invoice", ["environment", "settled_at"])
