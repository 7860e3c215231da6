"""Backups made while Duebell works, and what is true after one was restored."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from builders import generated, overdue, suspended
from duebell.errors import InUse, InvalidValue, NotPossible, StorageError
from duebell.storage import backup
from duebell.storage.backup import back_up, restore
from duebell.storage.retention import expire
from duebell.storage.sqlite import SqliteStore
from duebell.storage.tables import event, forgetting
from unit.storage_operations.conftest import Books

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def nobody(_: int, __: int) -> None:
    """Nobody wants to know how far it is."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "duebell.db"


def ids(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {id_ for (id_,) in connection.execute("SELECT id FROM event")}


def reopened(books: Books, database: Path) -> Books:
    """The same data folder, opened anew."""
    books.store = SqliteStore(database)
    return books


def test_a_backup_made_amid_writing_is_whole_and_only_its_owner_reads_it(
    sqlite_books: Books, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES", 1)
    before = {one.id for one in sqlite_books.record(*(generated(f"c{number}") for number in range(500)))}
    told: list[tuple[int, int]] = []
    writing, ended = threading.Event(), threading.Event()

    def write_on() -> None:
        number = 0
        while not ended.is_set():
            sqlite_books.record(generated("more", f"INV-{number}"), overdue("more", f"INV-{number}"))
            writing.set()
            number += 1

    writer = threading.Thread(target=write_on)
    writer.start()
    writing.wait()
    try:
        made = back_up(database, tmp_path / "backup.db", lambda done, total: told.append((done, total)))
    finally:
        ended.set()
        writer.join()
    # then it holds all from before, both events of each unit or neither, and is one file
    copied = ids(made.file)
    assert before < copied <= set(sqlite_books.events())
    assert (len(copied - before) % 2, made.events) == (0, len(copied))
    assert (stat.S_IMODE(made.file.stat().st_mode), told[-1][0]) == (0o600, told[-1][1])
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["backup.db"]


def test_a_backup_overwrites_nothing_and_leaves_nothing_half_made(
    sqlite_books: Books, database: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(NotPossible, match="exists already: choose another name"):
        back_up(database, tmp_path / "taken", nobody)
    with pytest.raises(InvalidValue, match="is not a folder: make it first"):
        back_up(database, tmp_path / "none" / "backup.db", nobody)
    with pytest.raises(StorageError, match="can't be written: File name too long"):
        back_up(database, tmp_path / ("x" * 300), nobody)
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"x" * 10_000)
    with pytest.raises(StorageError, match="could not be made"):
        back_up(broken, tmp_path / "backup.db", nobody)
    assert {file.name for file in tmp_path.iterdir()} == {"taken", "broken.db", "data"}


def test_after_a_restore_each_streams_next_event_is_newer_than_all_that_odoo_can_have_seen(
    sqlite_books: Books, database: Path, tmp_path: Path
) -> None:
    # given a backup, and events after it
    sqlite_books.record(generated("one"))
    made = back_up(database, tmp_path / "backup.db", nobody)
    sqlite_books.record(overdue("one"), suspended("one"), generated("late"))
    told = sqlite_books.rows(event.select().order_by(event.c.epoch.desc(), event.c.sequence.desc()))[0]
    sqlite_books.store.close()
    # when it is restored
    restored = restore(made.file, database, overwrite=True, now=NOW, told=nobody)
    # then what came after it is gone, kept in the file beside, and what is recorded now is newer than what was told
    assert (restored.events, restored.waiting, len(ids(restored.kept or database))) == (1, 1, 4)
    books = reopened(sqlite_books, database)
    books.record(suspended("one"), generated("new"))
    places = [(row.epoch, row.sequence) for row in books.rows(event.select().order_by(event.c.number))]
    assert places == [(1, 1), (restored.epoch, 2), (restored.epoch, 1)]
    assert all(place > (told.epoch, told.sequence) for place in places[1:])


def test_the_same_backup_restored_twice_begins_two_epochs(sqlite_books: Books, database: Path, tmp_path: Path) -> None:
    sqlite_books.record(generated("one"))
    made = back_up(database, tmp_path / "backup.db", nobody)
    sqlite_books.store.close()
    first = restore(made.file, database, overwrite=True, now=NOW, told=nobody)
    database.unlink()  # the machine was lost: nothing tells of the first time
    second = restore(made.file, database, overwrite=False, now=NOW.replace(day=3), told=nobody)
    assert (second.epoch > first.epoch, second.kept) == (True, None)
    reopened(sqlite_books, database)


def test_a_fact_that_a_restored_database_has_seen_is_still_the_same_event(
    sqlite_books: Books, database: Path, tmp_path: Path
) -> None:
    (old, lasting) = sqlite_books.record(generated("old"), generated("one"))
    sqlite_books.settle(old.id)
    sqlite_books.clock.advance(days=91)
    sqlite_books.write(partial(expire, before={"Global": NOW.replace(year=2027)}))
    made = back_up(database, tmp_path / "backup.db", nobody)
    sqlite_books.store.close()
    restore(made.file, database, overwrite=True, now=NOW, told=nobody)
    books = reopened(sqlite_books, database)
    assert [(one.id, one.new) for one in books.record(generated("old"), generated("one"))] == [
        (old.id, False),
        (lasting.id, False),
    ]


def test_who_was_forgotten_after_the_backup_is_named_to_be_forgotten_again(
    sqlite_books: Books, database: Path, tmp_path: Path
) -> None:
    made = back_up(database, tmp_path / "backup.db", nobody)
    asked = {"handler_id": 1, "environment": "Global", "customer": "one", "asked_at": NOW}
    sqlite_books.write(lambda connection: connection.execute(forgetting.insert().values(**asked)))
    sqlite_books.store.close()
    restored = restore(made.file, database, overwrite=True, now=NOW, told=nobody)
    assert restored.forgotten_since == [("Global", "one")]
    reopened(sqlite_books, database)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9000])


def _foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE something (else_ TEXT)")


def _no_database(file: Path) -> None:
    file.write_text("a text")


@pytest.mark.parametrize("spoil", [_cut, _foreign, _no_database, Path.unlink])
def test_what_is_no_sound_backup_is_refused_and_the_present_stays(
    sqlite_books: Books, database: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    recorded: Sequence[str] = [one.id for one in sqlite_books.record(*(generated(f"c{number}") for number in range(50)))]
    made = back_up(database, tmp_path / "backup.db", nobody)
    sqlite_books.store.close()
    spoil(made.file)
    with pytest.raises(InvalidValue, match=r"backup\.db is (no sound copy of a Duebell database|not a backup)"):
        restore(made.file, database, overwrite=True, now=NOW, told=nobody)
    assert reopened(sqlite_books, database).events() == recorded


def test_nothing_is_restored_over_a_running_duebell_or_unasked_over_its_data(
    sqlite_books: Books, database: Path, tmp_path: Path
) -> None:
    made = back_up(database, tmp_path / "backup.db", nobody)
    with pytest.raises(InUse, match="End that one first"):
        restore(made.file, database, overwrite=True, now=NOW, told=nobody)
    sqlite_books.store.close()
    with pytest.raises(NotPossible, match="add --overwrite to replace it"):
        restore(made.file, database, overwrite=False, now=NOW, told=nobody)
    reopened(sqlite_books, database)
