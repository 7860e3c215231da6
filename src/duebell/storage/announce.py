"""Tells the other processes on the same database that there is something to do; with its transaction's commit, not before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import psycopg
from psycopg import sql
from sqlalchemy import URL, Connection, text

from duebell.errors import StorageError
from duebell.storage.postgresql import SOCKET

CHANNEL = "duebell"
What = Literal["due", "handlers", "leases"]
"""Something may be due; a handler's row or configuration changed; buckets are free."""

_NOTIFY = text(f"SELECT pg_notify('{CHANNEL}', :what)")


def announce(connection: Connection, what: What) -> None:
    """On PostgreSQL; an SQLite file has one process, which knows."""
    if connection.dialect.name == "postgresql":
        connection.execute(_NOTIFY, {"what": what})


async def listen(url: URL, heard: Callable[[str], None]) -> None:
    """Call `heard` with what others announce, until cancelled. It is called with each word once at first: some may have been missed.

    Raises:
        StorageError: the connection broke.
    """
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        async with await psycopg.AsyncConnection.connect(plain, autocommit=True, **SOCKET) as connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            for what in ("due", "handlers", "leases"):
                heard(what)
            async for notice in connection.notifies():
                heard(notice.payload)
    except psycopg.Error as error:
        raise StorageError(f"PostgreSQL's announcements can't be heard ({type(error).__name__}); trying again.") from None
