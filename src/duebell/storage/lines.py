"""A customer's line towards one handler: locked while it changes, and moved up when its head has left."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from duebell.storage.rows import NUMBER, Statement

_LOCK = Statement(
    f"""
    SELECT id FROM stream WHERE id IN (SELECT {NUMBER} FROM {{ROWS}})
    ORDER BY environment COLLATE "C", customer COLLATE "C" FOR NO KEY UPDATE
    """
)
_MOVE_UP = Statement(
    f"""
    UPDATE provisioning SET is_head = true
    WHERE NOT is_head AND id IN (
        SELECT (
            SELECT p.id FROM provisioning p
            WHERE p.stream_id = {NUMBER} AND p.handler_id = handler.id AND p.state = 'waiting' ORDER BY p.id LIMIT 1
        )
        FROM {{ROWS}} CROSS JOIN handler
    )
    """
)


def lock_streams(connection: Connection, streams: Iterable[int]) -> None:
    """Let nobody else change the lines of these streams until the transaction ends. All lock them in one order.

    On SQLite there is one writer at a time anyway.
    """
    if connection.dialect.name != "sqlite":
        _LOCK.run(connection, set(streams))


def move_up(connection: Connection, streams: Collection[int]) -> None:
    """Let the first waiting provisioning of each line of these streams, which are locked, be its head."""
    _MOVE_UP.run(connection, streams)
