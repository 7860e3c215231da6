"""The configuration as releases before versions keep it: what they typed becomes versions here, and they find what is in force there.

So a release may be taken back, and on PostgreSQL both may run for a while.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from duebell.configuration.activation import activate
from duebell.configuration.version import By, Place, Rows, Versions
from duebell.storage.tables import configuration_option as option

TYPED = "draft"
IN_FORCE = "applied"


def leave(connection: Connection, values: Rows) -> None:
    """Let an earlier release find these as what is in force, and as what was typed."""
    connection.execute(delete(option))
    rows = [
        {"stage": stage, "environment": environment, "group_name": group, "key": key, "value": value}
        for stage in (TYPED, IN_FORCE)
        for (environment, group, key), value in values.items()
    ]
    if rows:
        connection.execute(insert(option), rows)


def adopt(connection: Connection, versions: Versions, by: By) -> None:
    """Make versions of what an earlier release put in force, and of what was typed there and not applied yet."""
    versions.lock()
    in_force, typed = _read(connection, IN_FORCE), _read(connection, TYPED)
    active = versions.active()
    if in_force != (versions.values(active.number) if active else {}):
        remark = "As an earlier release had it."
        active = versions.add(active, in_force, by, remark=remark, is_draft=False)
        activate(versions, active.number, by)
    if typed != in_force and versions.draft() is None:
        versions.add(active, typed, by, remark="Typed in an earlier release.", is_draft=True)
        leave(connection, in_force)


def _read(connection: Connection, stage: str) -> Mapping[Place, str]:
    query = select(option.c.environment, option.c.group_name, option.c.key, option.c.value).where(option.c.stage == stage)
    return {(row.environment, row.group_name, row.key): row.value for row in connection.execute(query)}
