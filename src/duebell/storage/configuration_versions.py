"""The configuration's versions as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, select, update

from duebell.configuration.version import (
    By,
    GroupPlace,
    Place,
    Rows,
    State,
    Version,
    differing,
    groups_of,
)
from duebell.storage import earlier_options
from duebell.storage.tables_configuration import value, verified, version

_LOCK = 0x636F6E666967  # any number that nobody else locks


class SqlVersions:
    """`configuration.version.Versions` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> None:
        """SQLite has one writer anyway."""
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")

    def all(self) -> Sequence[Version]:
        return [
            _version(row) for row in self._connection.execute(select(version).order_by(version.c.number.desc())).mappings()
        ]

    def find(self, number: int) -> Version | None:
        return self._one(version.c.number == number)

    def active(self) -> Version | None:
        return self._one(version.c.state == State.ACTIVE.value)

    def backup(self) -> Version | None:
        return self._one(version.c.state == State.BACKUP.value)

    def draft(self) -> Version | None:
        return self._one(version.c.is_draft)

    def values(self, number: int) -> dict[Place, str]:
        query = select(value.c.environment, value.c.group_name, value.c.key, value.c.value).where(value.c.version == number)
        return {(row.environment, row.group_name, row.key): row.value for row in self._connection.execute(query)}

    def verified(self, number: int) -> dict[GroupPlace, By]:
        query = select(verified).where(verified.c.version == number)
        return {(row.environment, row.group_name): By(row.by, row.at) for row in self._connection.execute(query)}

    def add(self, like: Version | None, values: Rows, by: By, *, remark: str | None, is_draft: bool) -> Version:
        made = {
            "state": State.INACTIVE.value,
            "is_draft": is_draft,
            "remark": remark,
            "cloned_from": like and like.number,
            "made_at": by.at,
            "made_by": by.who,
        }
        row = self._connection.execute(insert(version).values(made).returning(*version.c)).mappings().one()
        added = _version(row)
        self._insert(added.number, values)
        if like is not None:
            changed = groups_of(differing(self.values(like.number), values))
            for group, mark in self.verified(like.number).items():
                if group not in changed:
                    self.mark(added.number, group, mark)
        return added

    def write(self, number: int, changes: Rows, by: By) -> None:
        old = self.values(number)
        changed = {place for place, text in changes.items() if old.get(place, "") != text}
        for environment, group, key in changed:
            mine = (value.c.environment == environment, value.c.group_name == group, value.c.key == key)
            self._connection.execute(delete(value).where(value.c.version == number, *mine))
        self._insert(number, {place: changes[place] for place in changed if changes[place]})
        # Of every environment: they may have the values of Global beneath theirs.
        names = {name for _, name in groups_of(changed)}
        self._connection.execute(delete(verified).where(verified.c.version == number, verified.c.group_name.in_(names)))
        self._edited(number, by)

    def replace(self, number: int, place: Place, text: str) -> None:
        environment, group, key = place
        mine = (value.c.environment == environment, value.c.group_name == group, value.c.key == key)
        self._connection.execute(update(value).where(value.c.version == number, *mine).values(value=text))

    def remark(self, number: int, remark: str | None, by: By) -> None:
        self._set(number, remark=remark)
        self._edited(number, by)

    def mark(self, number: int, group: GroupPlace, by: By) -> None:
        environment, name = group
        here = {"version": number, "environment": environment, "group_name": name}
        same = (verified.c[key] == text for key, text in here.items())
        self._connection.execute(delete(verified).where(*same))
        self._connection.execute(insert(verified).values(**here, at=by.at, by=by.who))

    def move(self, number: int, state: State) -> None:
        self._set(number, state=state.value, is_draft=False)

    def put_in_force(self, number: int, by: By) -> None:
        self._set(number, state=State.ACTIVE.value, is_draft=False, applied_at=by.at, applied_by=by.who)
        earlier_options.leave(self._connection, self.values(number))

    def remove(self, number: int) -> None:
        for table in (value, verified):
            self._connection.execute(delete(table).where(table.c.version == number))
        self._connection.execute(delete(version).where(version.c.number == number))

    def _one(self, where: ColumnElement[bool]) -> Version | None:
        row = self._connection.execute(select(version).where(where)).mappings().first()
        return _version(row) if row else None

    def _set(self, number: int, **columns: Any) -> None:
        self._connection.execute(update(version).where(version.c.number == number).values(columns))

    def _edited(self, number: int, by: By) -> None:
        self._set(number, edition=version.c.edition + 1, edited_at=by.at, edited_by=by.who)

    def _insert(self, number: int, values: Rows) -> None:
        rows = [
            {"version": number, "environment": environment, "group_name": group, "key": key, "value": text}
            for (environment, group, key), text in values.items()
        ]
        if rows:
            self._connection.execute(insert(value), rows)


def _version(row: RowMapping) -> Version:
    return Version(**{**row, "state": State(row["state"])})
