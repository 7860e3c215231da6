"""How a database comes to its identity and its event handlers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from duebell.billing.occurrence import SOURCE
from duebell.espf.queue import HandlerState
from duebell.storage.handlers import all_handlers
from duebell.storage.place import BOOKS
from duebell.storage.subscriptions import subscribe
from duebell.storage.switches import enable
from duebell.storage.tables import handler, instance


def found(connection: Connection, types: Iterable[str], environment: str, now: datetime) -> None:
    """Give a new database its identity and one handler a type; to an old one's handlers what this release can tell besides."""
    new = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(instance).on_conflict_do_nothing()
    identity = str(uuid4())
    if connection.execute(new.values(key="identity", value=identity).returning(instance.c.key)).first():
        connection.execute(insert(instance).values(key="epoch", value="1"))
        connection.execute(insert(instance).values(key=BOOKS, value=f"{SOURCE}-{identity}"))
        for name in types:
            added(connection, name, environment, now)
    for row in all_handlers(connection):
        if row.enabled:
            subscribe(connection, row.id)


def added(connection: Connection, type_: str, environment: str, now: datetime) -> None:
    """Let the environment have a handler of this type, subscribed to everything from now on.

    One that is there stays as it is; but one whose target had gone, which disabled it, is in use again: it was verified since.
    """
    mine = select(handler).where(handler.c.type == type_, handler.c.environment == environment)
    if there := connection.execute(mine).first():
        if not there.enabled and there.state == HandlerState.REFUSED:
            enable(connection, there.name)
        return
    row = {
        "name": type_,
        "type": type_,
        "environment": environment,
        "enabled": True,
        "state": HandlerState.UP,
        "since": now,
    }
    subscribe(connection, connection.execute(insert(handler).values(row).returning(handler.c.id)).scalar_one())
