"""What Verify found."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table, Text

from duebell.storage.columns import Id, Moment
from duebell.storage.metadata import metadata

verify_run = Table(
    "verify_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("environment", String, nullable=False),
    Column("group_name", String, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("who", String, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("applied", Boolean, nullable=False),
    Column("checks", Text, nullable=False),
)
"""A run of Verify to its end. `applied`: it put the configuration in force. `checks`: a JSON array, as they finished; no option's value."""
Index("verify_run_of_a_group", verify_run.c.environment, verify_run.c.group_name, verify_run.c.id)
