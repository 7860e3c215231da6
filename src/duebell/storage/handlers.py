"""The event handlers' rows."""

from __future__ import annotations

from sqlalchemy import Connection, select

from duebell.errors import Unknown
from duebell.espf.queue import HandlerRow
from duebell.storage.queue import read_handler
from duebell.storage.tables import handler


def all_handlers(connection: Connection) -> list[HandlerRow]:
    """Each handler's row, in the order in which they were made."""
    ids = connection.execute(select(handler.c.id).order_by(handler.c.id)).scalars()
    return [read_handler(connection, id_) for id_ in ids.all()]


def named(connection: Connection, name: str) -> HandlerRow:
    """The handler of that name.

    Raises:
        Unknown: there is none.
    """
    found = connection.execute(select(handler.c.id).where(handler.c.name == name)).scalar()
    if found is None:
        raise Unknown(
            f"There is no handler {name!r}: `duebell handlers list` shows them; verifying its configuration adds one."
        )
    return read_handler(connection, found)
