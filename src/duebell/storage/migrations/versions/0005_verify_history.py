"""What Verify found, and the pairing with a target."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from duebell.storage.columns import Id, Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "verify_run",
        sa.Column("id", Id, nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("began_at", Moment(timezone=True), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("verify_run_of_a_group", "verify_run", ["environment", "group_name", "id"], unique=False)
    op.create_table(
        "pairing",
        sa.Column("handler_id", Id, nullable=False),
        sa.Column("database_uuid", sa.String(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("paired_at", Moment(timezone=True), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["handler_id"], ["handler.id"]),
        sa.PrimaryKeyConstraint("handler_id"),
    )
    op.create_table(
        "stop",
        sa.Column("id", Id, nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("began_at", Moment(timezone=True), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "stop_in_force",
        "stop",
        ["id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "hold",
        sa.Column("handler_id", Id, nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("since", Moment(timezone=True), nullable=False),
        sa.Column("done_at", Moment(timezone=True), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["handler_id"], ["handler.id"]),
        sa.PrimaryKeyConstraint("handler_id"),
    )
    op.create_table(
        "key_rotation",
        sa.Column("handler_id", Id, nullable=False),
        sa.Column("rotated_at", Moment(timezone=True), nullable=True),
        sa.Column("next_at", Moment(timezone=True), nullable=True),
        sa.Column("former_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["handler_id"], ["handler.id"]),
        sa.PrimaryKeyConstraint("handler_id"),
    )
