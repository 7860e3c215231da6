"""How a database comes to its identity and its event handlers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, insert, literal, select

from duebell.billing.occurrence import SOURCE
from duebell.configuration.environment import GLOBAL
from duebell.espf.queue import HandlerState
from duebell.storage.handlers import all_handlers
from duebell.storage.insertion import insert_into
from duebell.storage.place import BOOKS
from duebell.storage.subscriptions import subscribe
from duebell.storage.switches import enable
from duebell.storage.tables import handler, instance, subscription


def found(connection: Connection, types: Iterable[str], environment: str, now: datetime) -> None:
    """Give a new database its identity and one handler a type; to an old one's handlers what this release can tell besides."""
    new = insert_into(connection, instance).on_conflict_do_nothing()
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
    subscribe(connection, _made(connection, type_, environment, now))


def founded_as_in(connection: Connection, model: str, environment: str, now: datetime) -> None:
    """Let a new environment have a handler for each that the model has: in use and subscribed as that one is now."""
    for row in connection.execute(select(handler).where(handler.c.environment == model).order_by(handler.c.id)).all():
        made = _made(connection, row.type, environment, now, enabled=row.enabled)
        like = select(literal(made), subscription.c.event_type, subscription.c.enabled, subscription.c.filter)
        columns = ["handler_id", "event_type", "enabled", "filter"]
        connection.execute(insert(subscription).from_select(columns, like.where(subscription.c.handler_id == row.id)))


def _made(connection: Connection, type_: str, environment: str, now: datetime, *, enabled: bool = True) -> int:
    """The new handler's id. Global's is called as its type is, others `OdooCRM@berlin`."""
    row = {
        "name": type_ if environment == GLOBAL else f"{type_}@{environment}",
        "type": type_,
        "environment": environment,
        "enabled": enabled,
        "state": HandlerState.UP,
        "since": now,
    }
    made: int = connection.execute(insert(handler).values(row).returning(handler.c.id)).scalar_one()
    return made
