"""What became of messages, kept beside the events that they are about."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from duebell.espf.receipts import Receipt
from duebell.storage.store import Store
from duebell.storage.tables import receipt


class SqlReceipts:
    """`espf.receipts.ReceiptsKept` over a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, handler: int, receipts: Sequence[Receipt]) -> None:
        if receipts:
            await asyncio.wrap_future(self._store.write(lambda connection: keep(connection, handler, receipts)))


def keep(connection: Connection, handler: int, receipts: Sequence[Receipt]) -> None:
    """The latest state of each message; receipts come in the order of their ids."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(receipt)
    statement = insert.on_conflict_do_update(
        index_elements=["event_id", "replay", "handler_id", "channel"],
        set_={name: insert.excluded[name] for name in ("state", "because", "at")},
    )
    rows = [
        {
            "event_id": one.event_id,
            "replay": one.replay,
            "handler_id": handler,
            "channel": one.channel,
            "state": one.state,
            "because": one.because,
            "at": one.at,
        }
        for one in sorted(receipts, key=lambda one: one.id)
    ]
    connection.execute(statement, rows)
