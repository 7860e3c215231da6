"""The embedded store: one SQLite file, one writer thread that commits units of work in groups.

A unit is a synchronous function of a connection, without I/O of its own. It runs under a savepoint, so that one that fails
undoes only itself; it is acknowledged after the shared COMMIT has reached the disk (WAL, synchronous=FULL). One process owns the
file: a lock file beside it says which. In memory, for tests, there is one connection, which readers and the writer use in turn.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool, StaticPool

from duebell.errors import StorageError
from duebell.storage import migrations
from duebell.storage.lock import lock_file
from duebell.storage.store import Readers, Unit

T = TypeVar("T")

MOST_UNITS_A_COMMIT = 200
_STOP = object()


class SqliteStore:
    """Opens the file at `path` (made if absent), brings its schema up to date and keeps it until `close()`.

    Without a path it is a new database in memory, gone when closed: the store for tests.

    Raises:
        InUse: another process has it.
        StorageError: it can't be opened, read or written, or isn't a database of ours.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._turn: AbstractContextManager[object] = nullcontext() if path else threading.Lock()
        self._owned = ExitStack()
        if path:
            self._owned.enter_context(lock_file(path))
        try:
            with _plain_words(path):
                self._engine = _engine(path)
                migrations.upgrade(self._engine)
                self._connection = self._engine.connect()
        except BaseException:
            self._owned.close()
            raise
        self._readers = Readers()
        self._units: SimpleQueue[Any] = SimpleQueue()
        self._writer = threading.Thread(target=self._write_groups, name="duebell-writer", daemon=True)
        self._writer.start()

    def write(self, unit: Unit[T]) -> Future[T]:
        """Run `unit` in the writer's next group; the future answers after the commit.

        Raises, in the future: what the unit raised (then it alone is undone), or StorageError (nothing of the group was kept).
        """
        future: Future[T] = Future()
        self._units.put((unit, future))
        return future

    def read(self, query: Unit[T]) -> T:
        """Run a query on a snapshot of what is committed."""
        with self._readers.reading(), self._turn, _plain_words(self._path), self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            return query(connection)

    def close(self) -> None:
        """Commit what was handed in and let who reads finish, then give the file back."""
        self._units.put(_STOP)
        self._writer.join()
        self._readers.close()
        self._connection.close()
        self._engine.dispose()
        self._owned.close()

    # --- the writer thread --------------------------------------------------------------------------------------------

    def _write_groups(self) -> None:
        stopping = False
        while not stopping:
            group, stopping = self._next_group()
            if group:
                with self._turn:
                    self._write_group(group)

    def _next_group(self) -> tuple[list[tuple[Unit[Any], Future[Any]]], bool]:
        group = [self._units.get()]
        while len(group) < MOST_UNITS_A_COMMIT:
            try:
                group.append(self._units.get_nowait())
            except Empty:
                break
        # From here on nobody can cancel: a future that ends twice would end this thread, and with it all writing.
        wanted = [entry for entry in group if entry is not _STOP and entry[1].set_running_or_notify_cancel()]
        return wanted, _STOP in group

    def _write_group(self, group: list[tuple[Unit[Any], Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            with _plain_words(self._path):
                self._connection.exec_driver_sql("BEGIN IMMEDIATE")
                for unit, future in group:
                    self._run(unit, future, done)
                self._connection.commit()
        except Exception as error:  # noqa: BLE001 - whatever it is: who waits is told, and this thread goes on
            self._roll_back()
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
        else:
            for future, result in done:
                future.set_result(result)

    def _run(self, unit: Unit[Any], future: Future[Any], done: list[tuple[Future[Any], Any]]) -> None:
        self._connection.exec_driver_sql("SAVEPOINT unit")
        try:
            result = unit(self._connection)
        except Exception as error:  # belongs to whoever handed the unit in, unless the file itself failed
            if isinstance(error, DatabaseError) and _is_fatal(error):
                raise
            self._connection.exec_driver_sql("ROLLBACK TO unit")
            future.set_exception(error)
        else:
            done.append((future, result))
        self._connection.exec_driver_sql("RELEASE unit")

    def _roll_back(self) -> None:
        try:
            self._connection.rollback()
        except DatabaseError:
            self._connection.invalidate()
            self._connection.rollback()  # it is opened anew at its next use, if it can be


def _engine(path: Path | None) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path or ":memory:")),  # a folder may have any name, also one with a question mark
        poolclass=QueuePool if path else StaticPool,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 5.0},
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-16384"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


_FATAL = {
    sqlite3.SQLITE_FULL: "the disk is full: free some space; nothing that was acknowledged is lost",
    sqlite3.SQLITE_BUSY: "another program has locked it: end that program (a backup tool or a database browser, perhaps)",
    sqlite3.SQLITE_LOCKED: "another program has locked it: end that program (a backup tool or a database browser, perhaps)",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: put the last backup in its place, and keep the damaged one",
    sqlite3.SQLITE_NOTADB: "it is not a database: choose another folder with --data, or put the last backup in its place",
    sqlite3.SQLITE_READONLY: "it can't be written: give this user the right to write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened: give this user the right to read and write the file and its folder",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write it: look at the disk, then restart",
}


def _is_fatal(error: DatabaseError) -> bool:
    return _code(error) in _FATAL


def _code(error: DatabaseError) -> int | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code & 0xFF if code is not None else None


@contextmanager
def _plain_words(path: Path | None) -> Iterator[None]:
    """What went wrong with the file, in a sentence."""
    try:
        yield
    except DatabaseError as error:
        code = _code(error)
        if code is None or code not in _FATAL:
            raise
        raise StorageError(f"The database {path or 'in memory'} failed: {_FATAL[code]}.") from None
