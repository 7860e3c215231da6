"""From the SQLite file into a PostgreSQL database: every row, in one transaction there, counted and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, Connection, Table, delete, func, insert, select, text

from duebell.errors import NotPossible, StorageError
from duebell.storage import tables_access as _tables_access  # noqa: F401 - fills the catalogue
from duebell.storage import tables_billing as _tables_billing  # noqa: F401 - fills the catalogue
from duebell.storage import tables_configuration as _tables_configuration  # noqa: F401 - fills the catalogue
from duebell.storage import tables_customers as _tables_customers  # noqa: F401 - fills the catalogue
from duebell.storage import tables_environments as _tables_environments  # noqa: F401 - fills the catalogue
from duebell.storage import tables_idempotency as _tables_idempotency  # noqa: F401 - fills the catalogue
from duebell.storage import tables_known as _tables_known  # noqa: F401 - fills the catalogue
from duebell.storage import tables_pairing as _tables_pairing  # noqa: F401 - fills the catalogue
from duebell.storage import tables_raw as _tables_raw  # noqa: F401 - fills the catalogue
from duebell.storage import tables_verify as _tables_verify  # noqa: F401 - fills the catalogue
from duebell.storage.metadata import metadata
from duebell.storage.place import PLACE
from duebell.storage.postgresql import PostgresStore, checked_url
from duebell.storage.store import Store
from duebell.storage.tables import bucket, dispatcher, instance

ROWS = 1000
"""Rows copied at a time."""
MOVED = "moved_to"
"""The key in `instance` under which a file says where its data went."""

_OF_THE_PLACE = {dispatcher.name, bucket.name}
"""Who dispatches there is no part of what is moved."""
_COUNT_ON = "SELECT setval(pg_get_serial_sequence(:table, :column), greatest(:last, 1), :last > 0)"

Told = Callable[[str, int, int], object]
"""Told of which table how many rows are copied, and of how many."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the data is now, and how many rows of each table were copied and found the same."""

    to: str
    counts: Mapping[str, int]


def move(source: Store, url: str, told: Told) -> Moved:
    """Copy all that is in the SQLite file, which nobody else uses, into an empty database, and mark the file as moved.

    The mark is on disk before the copy is committed: at no moment could the same events be told from two places. What the file
    holds is left as it is. If the commit fails, the same move done again finds out how far this one came.

    Raises:
        InvalidValue: the address isn't one of a PostgreSQL database.
        NotPossible: the database isn't empty, or the file was moved elsewhere.
        StorageError: the database can't be reached or written, or the copy differs.
    """
    to = _place(checked_url(url))
    before = source.read(moved_to)
    if before not in {None, to}:
        raise NotPossible(f"This data was moved to {before} before: set DUEBELL_STORAGE to that database's address.")
    with closing(PostgresStore(url)) as target:

        def unit(connection: Connection) -> Mapping[str, int]:
            connection.execute(
                text("LOCK TABLE instance IN EXCLUSIVE MODE")
            )  # nobody founds another Duebell there meanwhile
            source.read(lambda file: _refuse_used(connection, to, _identity(file)))
            counts = source.read(lambda file: _copy(file, connection, told))
            source.write(lambda file: _mark(file, to)).result()
            return counts

        return Moved(to, target.write(unit).result())


def moved_to(connection: Connection) -> str | None:
    """Where a file's data was moved; None: it is used here."""
    return connection.execute(select(instance.c.value).where(instance.c.key == MOVED)).scalar()


def refuse_moved(connection: Connection) -> None:
    """Don't work over data that lives elsewhere by now.

    Raises:
        NotPossible: it does.
    """
    if to := moved_to(connection):
        raise NotPossible(
            f"The data of this folder was moved to the PostgreSQL database {to}: set DUEBELL_STORAGE to its address, "
            "postgresql://user:password@host:port/name."
        )


def _place(url: URL) -> str:
    """The database as it may be shown: without user and password."""
    return f"{url.host or 'localhost'}:{url.port or 5432}/{url.database}"


def _identity(connection: Connection) -> str | None:
    return connection.execute(select(instance.c.value).where(instance.c.key == "identity")).scalar()


def _refuse_used(connection: Connection, to: str, ours: str | None) -> None:
    there = _identity(connection)
    if there is not None and there == ours:
        raise NotPossible(f"{to} holds this data already: the move is done. Set DUEBELL_STORAGE to its address.")
    if there is not None:
        raise NotPossible(f"{to} holds the data of another Duebell: name an empty database.")


def _copy(source: Connection, target: Connection, told: Told) -> Mapping[str, int]:
    target.execute(delete(instance).where(instance.c.key == "works_from"))  # the file has it too
    counts = {}
    for table in metadata.sorted_tables:
        if table.name not in _OF_THE_PLACE:
            counts[table.name] = _copy_table(source, target, table, told)
            _count_on(target, table)
    of_the_file = (MOVED, PLACE)  # the former of an earlier try; it is no copy that begins at another place
    target.execute(delete(instance).where(instance.c.key.in_(of_the_file)))
    return counts


def _copy_table(source: Connection, target: Connection, table: Table, told: Told) -> int:
    total: int = source.execute(select(func.count()).select_from(table)).scalar_one()
    sent, digest = 0, 0
    told(table.name, 0, total)
    for rows in source.execute(select(table), execution_options={"yield_per": ROWS}).mappings().partitions():
        target.execute(insert(table), [dict(row) for row in rows])
        digest = _digest(digest, [tuple(row.values()) for row in rows])
        sent += len(rows)
        told(table.name, sent, total)
    if (sent, digest) != _found(target, table):
        raise StorageError(f"The copy of table {table.name} differs from the original: nothing was moved.")
    return sent


def _found(target: Connection, table: Table) -> tuple[int, int]:
    """How many rows the target holds, and their digest."""
    count, digest = 0, 0
    for rows in target.execute(select(table), execution_options={"yield_per": ROWS}).partitions():
        count, digest = count + len(rows), _digest(digest, rows)
    return count, digest


def _digest(digest: int, rows: Sequence[Sequence[Any]]) -> int:
    """The sum of the rows' hashes: the same in whatever order an engine gives them."""
    hashes = (hashlib.sha256(repr([_utc(value) for value in row]).encode()).digest() for row in rows)
    return (digest + sum(int.from_bytes(one) for one in hashes)) % 2**256


def _utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _count_on(target: Connection, table: Table) -> None:
    """The next row's number is beyond those that were copied."""
    column = table.autoincrement_column
    if column is not None:
        last = target.execute(select(func.coalesce(func.max(column), 0))).scalar_one()
        target.execute(text(_COUNT_ON), {"table": table.name, "column": column.name, "last": last})


def _mark(connection: Connection, to: str) -> None:
    connection.execute(delete(instance).where(instance.c.key == MOVED))
    connection.execute(insert(instance).values(key=MOVED, value=to))
