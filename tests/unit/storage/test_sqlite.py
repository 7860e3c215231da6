from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from duebell.errors import InUse, StorageError
from duebell.storage.sqlite import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "duebell.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


def note(key: str, value: str = "x") -> object:
    def unit(connection: Connection) -> str:
        connection.execute(text("INSERT INTO instance (key, value) VALUES (:key, :value)"), {"key": key, "value": value})
        return key

    return unit


def noted(store: SqliteStore) -> set[str]:
    return set(
        store.read(
            lambda connection: connection.execute(text("SELECT key FROM instance WHERE key <> 'works_from'")).scalars().all()
        )
    )


def test_what_was_acknowledged_is_there_after_a_kill(path: Path) -> None:
    # given a process that is killed right after its unit of work was acknowledged, without closing anything
    program = """
import os, sys
from pathlib import Path
from sqlalchemy import text
from duebell.storage.sqlite import SqliteStore
store = SqliteStore(Path(sys.argv[1]))
store.write(lambda c: c.execute(text("INSERT INTO instance (key, value) VALUES ('kept', 'x')"))).result()
os.kill(os.getpid(), 9)
"""
    killed = subprocess.run([sys.executable, "-c", program, path], check=False)
    assert killed.returncode == -9
    # then a new one finds it
    store = SqliteStore(path)
    assert noted(store) == {"kept"}
    store.close()


def test_a_unit_that_fails_undoes_only_itself(store: SqliteStore) -> None:
    def fails_halfway(connection: Connection) -> None:
        note("half")(connection)
        raise ZeroDivisionError

    futures = [store.write(note("before")), store.write(fails_halfway), store.write(note("after"))]
    with pytest.raises(ZeroDivisionError):
        futures[1].result()
    assert (futures[0].result(), futures[2].result()) == ("before", "after")
    assert noted(store) == {"before", "after"}


def test_two_services_on_one_file_are_refused_with_the_first_ones_process(store: SqliteStore, path: Path) -> None:
    with pytest.raises(InUse, match=r"in use by another Duebell \(process \d+\)\. End that one first"):
        SqliteStore(path)


def test_a_full_disk_refuses_new_work_in_plain_words_and_keeps_the_old(store: SqliteStore) -> None:
    store.write(note("before")).result()
    # given a file that may not grow: SQLite answers as it does when the disk is full
    store.write(lambda connection: connection.execute(text("PRAGMA max_page_count = 1"))).result()
    with pytest.raises(StorageError, match="the disk is full: free some space; nothing that was acknowledged is lost"):
        store.write(note("too much", "x" * 10_000_000)).result()
    assert noted(store) == {"before"}
    # when there is space again, work goes on
    store.write(lambda connection: connection.execute(text("PRAGMA max_page_count = 100000"))).result()
    store.write(note("after")).result()
    assert noted(store) == {"before", "after"}


def test_a_file_that_another_program_has_locked_is_said_so(store: SqliteStore, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageError, match="another program has locked it"):
        store.write(note("blocked")).result()
    other.execute("ROLLBACK")
    other.close()
    store.write(note("after")).result()
    assert noted(store) == {"after"}


def test_a_file_that_is_no_database_is_said_so_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"something else entirely" * 100)
    with pytest.raises(StorageError, match="it is not a database: choose another folder with --data"):
        SqliteStore(path)
    assert path.read_bytes() == b"something else entirely" * 100


def test_a_damaged_file_is_said_so(path: Path) -> None:
    store = SqliteStore(path)
    store.write(lambda c: [note(f"key {number}", "x" * 500)(c) for number in range(500)]).result()
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StorageError, match="the file is damaged: put the last backup in its place"):
        noted(SqliteStore(path))


def test_a_data_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="Choose another folder with --data"):
        SqliteStore(tmp_path / "file" / "data" / "duebell.db")
