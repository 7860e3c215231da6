"""Logins that failed lately: whoever fails again waits longer, by the name that he typed and by the address that he came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, delete, update

from duebell.storage.insertion import insert_into
from duebell.storage.tables_access import tries

FREE = 4
"""So many failures cost no wait."""
FORGOTTEN = timedelta(hours=1)
"""A row that has been free for so long goes."""


def begin(connection: Connection, longest: Mapping[str, timedelta], now: datetime) -> timedelta | None:
    """Count a login as failed until it is known better; None: it may be tried. Otherwise for how long none may be.

    `longest`: each key that it counts for, and the longest wait that the key may come to. Each failure beyond the free ones
    doubles the wait, which begins at a second. Counting comes first, so that many at once are counted too.
    """
    connection.execute(delete(tries).where(tries.c.free_at <= now - FORGOTTEN))
    found = {key: _locked(connection, key, now) for key in sorted(longest)}  # two processes lock the rows in one order
    free_at: datetime = max(row.free_at for row in found.values())
    if free_at > now:
        return free_at - now
    for key, row in found.items():
        wait = min(_wait(row.failures + 1), longest[key])
        change = update(tries).where(tries.c.key == key)
        connection.execute(change.values(failures=row.failures + 1, free_at=now + wait))
    return None


def succeeded(connection: Connection, name: str, address: str, now: datetime) -> None:
    """The login that was counted under these keys was none that failed.

    The name begins anew. The address loses one failure only: else whoever has a password of his own could guess others' between.
    """
    connection.execute(delete(tries).where(tries.c.key == name))
    fewer = case((tries.c.failures > 0, tries.c.failures - 1), else_=0)
    connection.execute(update(tries).where(tries.c.key == address).values(failures=fewer, free_at=now))


def _locked(connection: Connection, key: str, now: datetime) -> Any:
    insert = insert_into(connection, tries)
    as_it_is = insert.values(key=key, failures=0, free_at=now).on_conflict_do_update(
        index_elements=["key"], set_={"failures": tries.c.failures}
    )
    return connection.execute(as_it_is.returning(tries.c.failures, tries.c.free_at)).one()


def _wait(failures: int) -> timedelta:
    return timedelta(seconds=2 ** min(failures - FREE - 1, 20)) if failures > FREE else timedelta()
