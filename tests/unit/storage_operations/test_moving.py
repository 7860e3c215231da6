"""From the SQLite file into PostgreSQL: everything, once, and never told from two places."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text

from builders import generated, overdue, paid
from duebell.configuration.server import GLOBAL
from duebell.errors import InvalidValue, NotPossible, StorageError
from duebell.storage import moving
from duebell.storage.founding import found
from duebell.storage.metadata import metadata
from duebell.storage.moving import move, moved_to, refuse_moved
from duebell.storage.postgresql import PostgresStore
from duebell.storage.sqlite import SqliteStore
from duebell.storage.tables import event, provisioning
from unit.storage_operations.conftest import Books


def nobody(_: str, __: int, ___: int) -> None:
    """Nobody wants to know how far it is."""


@pytest.fixture
def history(sqlite_books: Books) -> Books:
    """Something in most tables, and something that waits."""
    recorded = sqlite_books.record(*(generated(f"c{number}") for number in range(25)), overdue("c1"))
    sqlite_books.settle(*(one.id for one in recorded[:10]), because="\u00dcber\N{SNOWMAN}")
    return sqlite_books


def test_everything_is_there_afterwards_and_the_lines_and_numbers_go_on(
    history: Books, new_postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "ROWS", 4)
    url, told = new_postgres(), []
    moved = move(history.store, url, lambda table, done, total: told.append((table, done, total)))
    assert {table: moved.counts[table] for table in ("event", "provisioning", "attempt", "stream", "handler")} == {
        "event": 26,
        "provisioning": 26,
        "attempt": 10,
        "stream": 25,
        "handler": 1,
    }
    assert ("event", 24, 26) in told
    with closing(PostgresStore(url)) as store:
        there = Books(store, history.clock)
        assert there.events() == history.events()
        heads = select(func.count()).select_from(provisioning).where(provisioning.c.is_head)
        assert there.rows(heads) == history.rows(heads) == [(15,)]
        # when events are recorded there, repetitions and news
        again, new = there.record(overdue("c1"), paid("c1"))
        assert (again.new, new.new) == (False, True)
        assert there.rows(select(event.c.sequence).where(event.c.id == new.id)) == [(3,)]


def test_the_file_stays_as_it_was_and_says_where_its_data_went(history: Books, new_postgres: Callable[[], str]) -> None:
    before, url = history.events(), new_postgres()
    moved = move(history.store, url, nobody)
    assert history.events() == before
    with pytest.raises(NotPossible, match=rf"was moved to the PostgreSQL database {moved.to}: set DUEBELL_STORAGE"):
        history.store.read(refuse_moved)
    assert ":***" not in moved.to
    assert "odoo:" not in moved.to
    # when somebody moves it once more, to the same place or another
    with pytest.raises(NotPossible, match="holds this data already: the move is done"):
        move(history.store, url, nobody)
    with pytest.raises(NotPossible, match=r"was moved to .* before"):
        move(history.store, new_postgres(), nobody)


def test_only_an_empty_database_is_moved_into(history: Books, new_postgres: Callable[[], str]) -> None:
    url = new_postgres()
    with closing(PostgresStore(url)) as used:
        used.write(lambda connection: found(connection, ["OdooCRM"], GLOBAL, history.clock())).result()
    with pytest.raises(NotPossible, match="holds the data of another Duebell: name an empty database"):
        move(history.store, url, nobody)
    with pytest.raises(InvalidValue, match="postgresql://user:password@host"):
        move(history.store, "mysql://root:secret@localhost/x", nobody)
    assert history.store.read(moved_to) is None


def test_a_move_that_breaks_leaves_nothing_there_and_can_be_done_again(
    history: Books, new_postgres: Callable[[], str]
) -> None:
    url = new_postgres()

    def lost(table: str, done: int, total: int) -> None:
        if (table, done) == ("provisioning", total):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        move(history.store, url, lost)
    with closing(PostgresStore(url)) as store:
        counts = [
            store.read(lambda c, t=table: c.execute(select(func.count()).select_from(t)).scalar())
            for table in metadata.sorted_tables
        ]
        assert sum(counts) == 1, "the schema's own row"
    assert history.store.read(moved_to) is None
    assert move(history.store, url, nobody).counts["event"] == 26


def test_after_a_commit_whose_end_nobody_knows_the_same_move_again_finishes_it(
    history: Books, new_postgres: Callable[[], str]
) -> None:
    # given a file that was marked, and a database in which nothing arrived
    url = new_postgres()
    history.write(lambda connection: moving._mark(connection, moving._place(moving.checked_url(url))))
    with pytest.raises(NotPossible):
        history.store.read(refuse_moved)
    assert move(history.store, url, nobody).counts["event"] == 26
    with closing(PostgresStore(url)) as store:
        store.read(refuse_moved)


def test_a_copy_that_differs_is_noticed_and_not_kept(history: Books, new_postgres: Callable[[], str]) -> None:
    url = new_postgres()
    with closing(PostgresStore(url)) as store:

        def alter(connection: Connection) -> None:
            connection.execute(
                text(
                    "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$ BEGIN NEW.because := 'other'; RETURN NEW; END $$"
                )
            )
            connection.execute(text("CREATE TRIGGER spoil BEFORE INSERT ON attempt FOR EACH ROW EXECUTE FUNCTION spoil()"))

        store.write(alter).result()
    with pytest.raises(StorageError, match="The copy of table attempt differs from the original: nothing was moved"):
        move(history.store, url, nobody)
    assert history.store.read(moved_to) is None


def test_a_file_from_elsewhere_is_not_taken_for_moved(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "duebell.db")) as store:
        store.read(refuse_moved)
