"""By which reference Odoo knows a PortaBilling's customers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Nobody has entered any."""
    op.create_table(
        "customer_reference",
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("i_customer", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("environment", "i_customer"),
    )
