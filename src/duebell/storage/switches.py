"""What an operator switches of an event handler: in use or not, paused or not. Nothing that is owed is ever dropped by it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from duebell.errors import InvalidValue, NotPossible
from duebell.espf.queue import HandlerRow, HandlerState
from duebell.storage.announce import announce
from duebell.storage.handlers import named
from duebell.storage.queue import read_handler, set_handler_state
from duebell.storage.subscriptions import subscribe
from duebell.storage.tables import handler


def enable(connection: Connection, name: str) -> HandlerRow:
    """Use it, subscribed to every event type; what was switched off or filtered of those stays so.

    Raises:
        Unknown: there is no such handler.
    """
    row = named(connection, name)
    subscribe(connection, row.id)
    return _change(connection, row, enabled=True)


def disable(connection: Connection, name: str, now: datetime) -> HandlerRow:
    """Use it no more: it is owed nothing new. What it is owed stays owed, and leaves once it is enabled again.

    What was wrong with its target matters to nobody then; what is disabled and refused was disabled by its target.

    Raises:
        Unknown: there is no such handler.
    """
    row = named(connection, name)
    set_handler_state(connection, row.id, HandlerState.UP, None, now)
    return _change(connection, row, enabled=False)


def pause(connection: Connection, name: str, because: str, now: datetime) -> HandlerRow:
    """Tell it nothing until resumed; it is owed everything meanwhile. Paused already: the new reason counts.

    Raises:
        Unknown: there is no such handler.
        InvalidValue: no reason.
    """
    row = named(connection, name)
    return _change(connection, row, paused_at=row.paused_at or now, paused_because=reason(because))


def reason(because: str) -> str:
    """What is said of a pause.

    Raises:
        InvalidValue: nothing.
    """
    if not because.strip():
        raise InvalidValue("Say why it is paused: whoever finds it paused will ask.")
    return because.strip()


def resume(connection: Connection, name: str) -> HandlerRow:
    """Let everything leave that gathered, the most urgent first.

    Raises:
        Unknown: there is no such handler.
        NotPossible: it isn't paused.
    """
    row = named(connection, name)
    if row.paused_at is None:
        raise NotPossible(f"{name} is not paused: `duebell handlers list` tells how it is.")
    changed = _change(connection, row, paused_at=None, paused_because=None)
    announce(connection, "due")
    return changed


def _change(connection: Connection, row: HandlerRow, **values: Any) -> HandlerRow:
    connection.execute(update(handler).where(handler.c.id == row.id).values(values))
    announce(connection, "handlers")
    return read_handler(connection, row.id)
