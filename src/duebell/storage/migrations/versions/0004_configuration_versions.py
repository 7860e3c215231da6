"""Versions of configurations: active, backup, inactive.

What an earlier release has in `configuration_option` becomes versions at the first start: see `storage/earlier_options.py`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from duebell.storage.columns import Id, Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "configuration_version",
        sa.Column("number", Id, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("is_draft", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("edition", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("cloned_from", sa.Integer(), nullable=True),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("edited_at", Moment(timezone=True), nullable=True),
        sa.Column("edited_by", sa.String(), nullable=True),
        sa.Column("applied_at", Moment(timezone=True), nullable=True),
        sa.Column("applied_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    for name, column, which in (
        ("active", "state", "state = 'active'"),
        ("backup", "state", "state = 'backup'"),
        ("draft", "is_draft", "is_draft"),
    ):
        op.create_index(
            f"configuration_version_{name}",
            "configuration_version",
            [column],
            unique=True,
            sqlite_where=sa.text(which),
            postgresql_where=sa.text(which),
        )
    op.create_table(
        "configuration_value",
        sa.Column("version", Id, nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["configuration_version.number"]),
        sa.PrimaryKeyConstraint("version", "environment", "group_name", "key"),
    )
    op.create_table(
        "configuration_verified",
        sa.Column("version", Id, nullable=False),
        sa.Column("environment", sa.String(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version"], ["configuration_version.number"]),
        sa.PrimaryKeyConstraint("version", "environment", "group_name"),
    )
