"""The floor of recording: the very rows that ours has written, written again by plain SQL in transactions of a hundred events."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import psycopg
from sqlalchemy import Table

from benchmarks.espf.composition import opened
from duebell.storage.tables import event, provisioning, stream

Row = tuple[Any, ...]
Connection = sqlite3.Connection | psycopg.Connection

_UP_TO_DATE = "ON CONFLICT (id) DO UPDATE SET last_sequence = excluded.last_sequence"
_STREAM = list(event.c.keys()).index("stream_id")


def bare_rows(url: str, source: str, batch: int) -> Mapping[str, Any]:
    """Write the rows of the database at `source` into the empty one at `url`; gives the count of events and the seconds.

    Each transaction has so many events, what is owed of them, and their customers' streams, brought up to date.
    """
    with opened(url), closing(_connected(source)) as other:  # it makes the tables
        streams, events, owed = (_rows(other, table) for table in (stream, event, provisioning))
    by_id = {row[0]: row for row in streams}
    with closing(_connected(url)) as connection:
        upsert, insert_event, insert_owed = (_insert(connection, table) for table in (stream, event, provisioning))
        started = time.perf_counter()
        for start in range(0, len(events), batch):
            some = events[start : start + batch]
            cursor = connection.cursor()
            cursor.executemany(f"{upsert} {_UP_TO_DATE}", [by_id[id_] for id_ in sorted({row[_STREAM] for row in some})])
            cursor.executemany(insert_event, some)
            cursor.executemany(insert_owed, owed[start : start + batch])
            connection.commit()
        took = time.perf_counter() - started
    return {"events": len(events), "seconds": took}


def _connected(url: str) -> Connection:
    if not url.startswith("sqlite"):
        return psycopg.connect(url)
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _rows(connection: Connection, table: Table) -> list[Row]:
    """All of them, in the order in which they were made."""
    cursor = connection.cursor()
    cursor.execute(f"SELECT {', '.join(table.c.keys())} FROM {table.name} ORDER BY 1")  # noqa: S608 - our own names
    return cursor.fetchall()


def _insert(connection: Connection, table: Table) -> str:
    mark = "?" if isinstance(connection, sqlite3.Connection) else "%s"
    return f"INSERT INTO {table.name} ({', '.join(table.c.keys())}) VALUES ({', '.join([mark] * len(table.c))})"  # noqa: S608 - the same
