"""A copy of the SQLite file made while it is in use, and put back when it has to be."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Integer, NullPool, cast, create_engine, delete, select, update

from duebell.errors import InvalidValue, NotPossible, StorageError
from duebell.storage import migrations
from duebell.storage.lock import lock_file
from duebell.storage.moving import MOVED
from duebell.storage.tables import instance, stream

PAGES = 5000
"""Pages copied between two reports of how far it is; about 20 MB."""

Told = Callable[[int, int], object]
"""Told how much is done, and of how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that was made and checked."""

    file: Path
    size: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A backup that was put in place: what it holds, the epoch from now on, and where the former file is kept, if there was one.

    `forgotten_since` are customers (environment, id) that the former file had forgotten and the backup still knows.
    """

    events: int
    waiting: int
    epoch: int
    kept: Path | None
    forgotten_since: Sequence[tuple[str, str]]


def back_up(database: Path, file: Path, told: Told) -> Backup:
    """Copy what is committed now into a new file that only this user may read, whole or not at all.

    Raises:
        InvalidValue: there is no such folder.
        NotPossible: there is such a file.
        StorageError: it can't be written, or the copy isn't sound.
    """
    if os.path.lexists(file):
        raise NotPossible(f"{file} exists already: choose another name, a backup overwrites nothing.")
    with _made_beside(file) as part:
        with _opened(database) as source:
            source.execute("BEGIN")
            source.execute("SELECT 1 FROM instance").fetchone()  # from here on one snapshot, whatever is written meanwhile
            _copy(source, part, told)
        with _opened(part) as copy:
            _check(copy, file)
            events = _number(copy, "SELECT count(*) FROM event")
        part.rename(file)
    return Backup(file=file, size=file.stat().st_size, events=events)


def restore(file: Path, database: Path, *, overwrite: bool, now: datetime, told: Told) -> Restored:
    """Put a backup in the database's place while nothing runs; a database that is there is kept beside it.

    Odoo may have seen numbers that the backup has yet to give: all streams begin a new epoch, greater than any before.

    Raises:
        InUse: a Duebell runs over it.
        InvalidValue: the file is no sound backup of ours.
        NotPossible: there is a database already, and it may not be replaced.
        StorageError: it can't be read or written, or a newer release made it.
    """
    if not file.is_file() or (database.exists() and file.samefile(database)):
        raise InvalidValue(f"{file} is not a backup: name a file that `duebell storage backup` has made.")
    with closing(lock_file(database)):
        if database.exists() and not overwrite:
            raise NotPossible(f"{database} exists: add --overwrite to replace it; it is kept beside the restored one.")
        with _made_beside(database) as part:
            with _opened(file) as source:
                _check(source, file)
                _copy(source, part, told)
            epoch = _brought_up(part, now)
            forgotten = _forgotten(database) if database.exists() else set()
            with _opened(part) as copy:
                restored = Restored(
                    events=_number(copy, "SELECT count(*) FROM event"),
                    waiting=_number(copy, "SELECT count(*) FROM provisioning WHERE state = 'waiting'"),
                    epoch=epoch,
                    kept=_kept_name(database, now) if database.exists() else None,
                    forgotten_since=sorted(forgotten - _customers_forgotten(copy)),
                )
            if restored.kept:
                _keep(database, restored.kept)
            part.replace(database)
    return restored


def begin_epoch(connection: Connection, now: datetime) -> int:
    """Let what every stream records from now on be newer than all that Odoo may have seen; a former mark of a move is void.

    The epoch is greater than any that was used after the data was copied, also by an earlier restoring of it: minutes since 1970.
    """
    before = connection.execute(select(cast(instance.c.value, Integer)).where(instance.c.key == "epoch")).scalar_one()
    epoch: int = max(before + 1, int(now.timestamp()) // 60)
    connection.execute(update(instance).where(instance.c.key == "epoch").values(value=str(epoch)))
    connection.execute(update(stream).values(epoch=epoch))
    connection.execute(delete(instance).where(instance.c.key == MOVED))
    return epoch


@contextmanager
def _made_beside(file: Path) -> Iterator[Path]:
    """A new file beside it, for this user only; what becomes of it reaches the disk, or it is removed again."""
    try:
        handle, name = tempfile.mkstemp(prefix=f"{file.name}.", suffix=".part", dir=file.parent)
    except FileNotFoundError:
        raise InvalidValue(f"{file.parent} is not a folder: make it first.") from None
    except OSError as error:
        raise StorageError(f"{file.parent} can't be written: {error.strerror}.") from None
    os.close(handle)
    part = Path(name)
    try:
        yield part
        _sync(file.parent)
    except sqlite3.Error as error:
        raise StorageError(f"{file} could not be made: {error}. See that there is room on the disk.") from None
    except OSError as error:
        raise StorageError(f"{file} could not be made: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def _copy(source: sqlite3.Connection, part: Path, told: Told) -> None:
    with _opened(part) as copy:
        source.backup(copy, pages=PAGES, sleep=0, progress=lambda _, left, total: told(total - left, total))
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    _sync(part)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _check(connection: sqlite3.Connection, file: Path) -> None:
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    except sqlite3.DatabaseError as error:
        found, tables = str(error), set()
    if found != "ok" or not {"instance", "stream", "event", "provisioning", "alembic_version"} <= tables:
        reason = f"it is damaged ({found})" if found != "ok" else "it holds something else"
        raise InvalidValue(f"{file} is no sound copy of a Duebell database: {reason}. Take another one.")


def _brought_up(part: Path, now: datetime) -> int:
    """With this release's schema, and in a new epoch, which is returned."""
    engine = create_engine(
        URL.create("sqlite", database=str(part)), poolclass=NullPool, connect_args={"isolation_level": None}
    )
    migrations.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        epoch = begin_epoch(connection, now)
        connection.commit()
    _sync(part)
    return epoch


def _forgotten(database: Path) -> set[tuple[str, str]]:
    """Of a file that may be damaged."""
    try:
        with _opened(database) as connection:
            return _customers_forgotten(connection)
    except sqlite3.DatabaseError:
        return set()


def _customers_forgotten(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    return set(connection.execute("SELECT DISTINCT environment, customer FROM forgetting"))


def _kept_name(database: Path, now: datetime) -> Path:
    return database.with_name(f"{database.name}.before-{now:%Y%m%dT%H%M%S}")


def _keep(database: Path, kept: Path) -> None:
    """Under another name too, its log with it. The database never is without a file: who starts then would begin anew."""
    os.link(database, kept)
    for ending in ("-wal", "-shm"):
        beside = database.with_name(database.name + ending)
        if beside.exists():
            beside.rename(kept.with_name(kept.name + ending))


def _number(connection: sqlite3.Connection, query: str) -> int:
    return int(connection.execute(query).fetchone()[0])
