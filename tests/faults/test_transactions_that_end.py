"""SQLite itself ends a transaction when it lacks memory or is interrupted; writing goes on after that."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from duebell.storage.sqlite import SqliteStore


def test_writing_goes_on_when_the_transaction_was_ended_under_a_unit(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "duebell.db")

    def without_a_transaction(connection: Connection) -> None:
        connection.exec_driver_sql("ROLLBACK")
        raise ValueError("and then the unit fails")

    with pytest.raises(DatabaseError, match="no such savepoint"):
        store.write(without_a_transaction).result(timeout=60)
    assert store.write(lambda _: "written").result(timeout=60) == "written"
    store.close()
