"""The versions of the configuration, and what each holds. Secrets are kept encrypted."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, false, text

from duebell.storage.columns import Id, Moment
from duebell.storage.metadata import metadata

version = Table(
    "configuration_version",
    metadata,
    Column("number", Id, primary_key=True),
    Column("state", String, nullable=False),
    Column("is_draft", Boolean, nullable=False, server_default=false()),
    Column("edition", Integer, nullable=False, server_default=text("0")),
    Column("remark", Text),
    Column("cloned_from", Integer),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String, nullable=False),
    Column("edited_at", Moment),
    Column("edited_by", String),
    Column("applied_at", Moment),
    Column("applied_by", String),
    sqlite_autoincrement=True,
)
"""`state` is active, backup or inactive; `edition` grows with each change. The number of a deleted version is never given again.

`is_draft`: the inactive one that `duebell configure` types into.
"""
for _name, _column, _which in (
    ("active", version.c.state, text("state = 'active'")),
    ("backup", version.c.state, text("state = 'backup'")),
    ("draft", version.c.is_draft, text("is_draft")),
):
    Index(f"configuration_version_{_name}", _column, unique=True, sqlite_where=_which, postgresql_where=_which)
"""Of each there is one at most."""

value = Table(
    "configuration_value",
    metadata,
    Column("version", ForeignKey("configuration_version.number"), primary_key=True),
    Column("environment", String, primary_key=True),
    Column("group_name", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)

verified = Table(
    "configuration_verified",
    metadata,
    Column("version", ForeignKey("configuration_version.number"), primary_key=True),
    Column("environment", String, primary_key=True),
    Column("group_name", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
)
"""When a group passed Verify with the values that it has here; the row goes when one of them is edited."""
