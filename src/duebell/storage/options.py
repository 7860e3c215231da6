"""The configuration tree's rows: what was typed (draft) and what is in force (applied)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from duebell.storage.tables import configuration_option as option

DRAFT = "draft"
APPLIED = "applied"


class SqlOptions:
    """`configuration.server.Options` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def draft(self, environment: str, group: str) -> dict[str, str]:
        return self._read(DRAFT, environment, group)

    def applied(self, environment: str, group: str) -> dict[str, str]:
        return self._read(APPLIED, environment, group)

    def type(self, environment: str, group: str, values: Mapping[str, str]) -> None:
        self._write(DRAFT, environment, group, values)

    def apply(self, environment: str, group: str) -> None:
        self._connection.execute(delete(option).where(*_place(APPLIED, environment, group)))
        self._write(APPLIED, environment, group, self.draft(environment, group))

    def _read(self, stage: str, environment: str, group: str) -> dict[str, str]:
        query = select(option.c.key, option.c.value).where(*_place(stage, environment, group))
        return dict(self._connection.execute(query).all())

    def _write(self, stage: str, environment: str, group: str, values: Mapping[str, str]) -> None:
        self._connection.execute(delete(option).where(*_place(stage, environment, group), option.c.key.in_(values)))
        place = {"stage": stage, "environment": environment, "group_name": group}
        rows = [{**place, "key": key, "value": value} for key, value in values.items() if value]
        if rows:
            self._connection.execute(insert(option), rows)


def _place(stage: str, environment: str, group: str) -> tuple[ColumnElement[bool], ...]:
    return (option.c.stage == stage, option.c.environment == environment, option.c.group_name == group)
