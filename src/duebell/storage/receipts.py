"""What became of messages, kept beside the events that they are about."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, select

from duebell.espf.receipts import Receipt
from duebell.storage.insertion import insert_into
from duebell.storage.store import Store
from duebell.storage.tables import event, receipt, stream
from duebell.storage.tables import handler as handlers


class SqlReceipts:
    """`espf.receipts.ReceiptsKept` over a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, handler: int, receipts: Sequence[Receipt]) -> None:
        if receipts:
            await asyncio.wrap_future(self._store.write(lambda connection: keep(connection, handler, receipts)))


def keep(connection: Connection, handler: int, receipts: Sequence[Receipt]) -> None:
    """The latest state of each message; receipts come in the order of their ids.

    Handlers of several environments may share a target, and each is told of all messages there: a receipt is kept for the one of
    its event's environment.
    """
    of_environment = _handlers(connection, handler, {one.event_id for one in receipts})
    insert = insert_into(connection, receipt)
    statement = insert.on_conflict_do_update(
        index_elements=["event_id", "replay", "handler_id", "channel"],
        set_={name: insert.excluded[name] for name in ("state", "because", "at")},
    )
    rows = [
        {
            "event_id": one.event_id,
            "replay": one.replay,
            "handler_id": of_environment.get(one.event_id, handler),
            "channel": one.channel,
            "state": one.state,
            "because": one.because,
            "at": one.at,
        }
        for one in sorted(receipts, key=lambda one: one.id)
    ]
    connection.execute(statement, rows)


def _handlers(connection: Connection, asked: int, event_ids: Collection[str]) -> Mapping[str, int]:
    """By event the handler of its environment that is of the same type as the one that was asked."""
    type_ = select(handlers.c.type).where(handlers.c.id == asked).scalar_subquery()
    query = (
        select(event.c.id, handlers.c.id.label("handler_id"))
        .join_from(event, stream)
        .join(handlers, handlers.c.environment == stream.c.environment)
        .where(event.c.id.in_(event_ids), handlers.c.type == type_)
    )
    return {row.id: row.handler_id for row in connection.execute(query)}
