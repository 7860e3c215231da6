"""The event handlers' rows, and what they are owed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, func, insert, select

from duebell.espf.provisioning import State
from duebell.espf.queue import HandlerRow, HandlerState
from duebell.events import FACTS
from duebell.storage.queue import read_handler
from duebell.storage.tables import event, handler, instance, provisioning, subscription


def found(connection: Connection, types: Iterable[str], environment: str, now: datetime) -> None:
    """Give a new database its identity and one handler a type, subscribed to everything."""
    if connection.execute(select(instance.c.key).where(instance.c.key == "identity")).first():
        return
    connection.execute(insert(instance), [{"key": "identity", "value": str(uuid4())}, {"key": "epoch", "value": "1"}])
    for name in types:
        added(connection, name, environment, now)


def added(connection: Connection, type_: str, environment: str, now: datetime) -> None:
    """Let the environment have a handler of this type, subscribed to everything from now on; one that is there stays as it is."""
    mine = select(handler.c.id).where(handler.c.type == type_, handler.c.environment == environment)
    if connection.execute(mine).first():
        return
    row = {
        "name": type_,
        "type": type_,
        "environment": environment,
        "enabled": True,
        "state": HandlerState.UP,
        "since": now,
    }
    handler_id = connection.execute(insert(handler).values(row).returning(handler.c.id)).scalar_one()
    connection.execute(insert(subscription), [{"handler_id": handler_id, "event_type": event_type} for event_type in FACTS])


def all_handlers(connection: Connection) -> list[HandlerRow]:
    """Each handler's row, in the order in which they were made."""
    ids = connection.execute(select(handler.c.id).order_by(handler.c.id)).scalars()
    return [read_handler(connection, id_) for id_ in ids.all()]


def owed_by_state(connection: Connection) -> dict[int, dict[str, int]]:
    """For each handler, how many provisionings are in which state."""
    counts: dict[int, dict[str, int]] = {}
    query = select(provisioning.c.handler_id, provisioning.c.state, func.count()).group_by(
        provisioning.c.handler_id, provisioning.c.state
    )
    for handler_id, state, count in connection.execute(query):
        counts.setdefault(handler_id, {})[state] = count
    return counts


def oldest_waiting(connection: Connection) -> Any:
    """When the oldest event that waits was recorded; None: nothing waits."""
    query = select(func.min(event.c.recorded_at)).join_from(provisioning, event)
    return connection.execute(query.where(provisioning.c.state == State.WAITING.value)).scalar()
