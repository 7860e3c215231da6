"""The audit trail grows, and does nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from builders import Clock
from duebell.storage.audit import list_audit, note
from duebell.storage.store import Store
from engines import Engine


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = engine.new()
    for number in range(1, 6):
        store.write(
            lambda connection, n=number: note(
                connection, at=Clock().at, who="chief", action="paused", subject=f"handler {n}"
            )
        ).result()
    yield store
    store.close()


def test_the_trail_is_read_page_by_page_the_newest_first(store: Store) -> None:
    first = store.read(lambda connection: list_audit(connection, limit=3))
    second = store.read(lambda connection: list_audit(connection, first.before, 3))
    assert [entry["subject"] for entry in first.entries] == ["handler 5", "handler 4", "handler 3"]
    assert [entry["subject"] for entry in second.entries] == ["handler 2", "handler 1"]
    assert second.before is None
    (last,) = store.read(lambda connection: list_audit(connection, limit=1)).entries
    assert last == {"id": 5, "at": Clock().at, "who": "chief", "action": "paused", "subject": "handler 5", "detail": None}


@pytest.mark.parametrize("sql", ["UPDATE audit SET who = 'clerk'", "DELETE FROM audit"])
def test_what_is_in_the_trail_is_neither_changed_nor_deleted(store: Store, sql: str) -> None:
    with pytest.raises(IntegrityError, match="the audit trail is only added to"):
        store.write(lambda connection: connection.execute(text(sql))).result()
    assert {entry["who"] for entry in store.read(list_audit).entries} == {"chief"}
