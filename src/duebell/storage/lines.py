"""A customer's line towards one handler: locked while it changes, and moved up when its head has left."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import product

from sqlalchemy import Connection

from duebell.storage.rows import NUMBER, Statement

_LOCK = Statement(
    f"""
    SELECT id FROM stream WHERE id IN (SELECT {NUMBER} FROM {{ROWS}})
    ORDER BY environment COLLATE "C", customer COLLATE "C" FOR NO KEY UPDATE
    """
)
_HANDLERS = Statement("SELECT id FROM handler")
_HEAD = "SELECT p.id FROM provisioning p WHERE p.stream_id = {} AND p.handler_id = {} AND p.state = 'waiting' ORDER BY p.id LIMIT 1"
_MOVE_UP = Statement(
    {
        "sqlite": f"""
            UPDATE provisioning SET is_head = true
            WHERE NOT is_head AND id IN (SELECT ({_HEAD.format("j.value ->> 0", "j.value ->> 1")}) FROM {{ROWS}})
        """,
        "postgresql": f"""
            UPDATE provisioning SET is_head = true
            FROM {{ROWS}} CROSS JOIN LATERAL ({_HEAD.format("CAST(j.value ->> 0 AS BIGINT)", "CAST(j.value ->> 1 AS BIGINT)")}) head
            WHERE provisioning.id = head.id AND NOT provisioning.is_head
        """,
    }
)
"""For each (stream, handler). The handlers aren't joined: PostgreSQL takes so small a table for one of hundreds, and reads all that is owed."""


def lock_streams(connection: Connection, streams: Iterable[int]) -> None:
    """Let nobody else change the lines of these streams until the transaction ends. All lock them in one order.

    On SQLite there is one writer at a time anyway.
    """
    if connection.dialect.name != "sqlite":
        _LOCK.run(connection, set(streams))


def move_up(connection: Connection, streams: Collection[int], handlers: Collection[int] = ()) -> None:
    """Let the first waiting provisioning of each line of these streams, which are locked, be its head; of all handlers if none is named."""
    towards = handlers or _HANDLERS.run(connection).scalars().all()
    _MOVE_UP.run(connection, product(streams, towards))
