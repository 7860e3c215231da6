"""Environments: each one billing with customer ids of its own, and handlers of its own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, insert, select

from duebell.alarms.causes import kind_of
from duebell.configuration.environment import GLOBAL, environment_name
from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.storage import alarms
from duebell.storage import tables_known as _tables_known  # noqa: F401 - it records by environment
from duebell.storage.announce import announce
from duebell.storage.founding import founded_as_in
from duebell.storage.metadata import metadata
from duebell.storage.tables import handler, subscription
from duebell.storage.tables_configuration import value, version
from duebell.storage.tables_environments import environment
from duebell.storage.tables_pairing import hold, key_rotation, pairing

_BESIDES = {"handler", "configuration_option", "configuration_value", "configuration_verified", "verify_run"}
"""The tables that name environments and hold nothing that billing told."""


class UnknownEnvironment(InvalidValue):
    """Something was sent for an environment that isn't here."""


def environments(connection: Connection) -> tuple[str, ...]:
    """Their names: `Global`, then the others by name."""
    return GLOBAL, *connection.execute(select(environment.c.name).order_by(environment.c.name)).scalars()


def add_environment(connection: Connection, typed: str, now: datetime) -> str:
    """Add it, with handlers like Global's, each owed everything of it from now on; its name.

    Raises:
        InvalidValue: it can't be called so.
        NotPossible: there is one of this name.
    """
    name = environment_name(typed)
    alike = select(environment.c.name).where(func.lower(environment.c.name) == name.lower())
    if there := connection.execute(alike).scalar():
        raise NotPossible(f"There is an environment {there!r} already: `duebell environments list` shows them.")
    connection.execute(insert(environment).values(name=name, added_at=now))
    founded_as_in(connection, GLOBAL, name, now)
    announce(connection, "handlers")
    return name


def remove_environment(connection: Connection, name: str, now: datetime) -> None:
    """Remove it with its handlers.

    Raises:
        Unknown: there is none of this name.
        NotPossible: it is Global, something was recorded for it, or it has a configuration of its own.
    """
    if name == GLOBAL:
        raise NotPossible("Global can't be removed: the others have its configuration beneath theirs.")
    mine = select(environment.c.name).where(environment.c.name == name)
    if connection.execute(mine.with_for_update()).first() is None:  # whoever records for it waits, and is refused then
        raise Unknown(f"There is no environment {name!r}: `duebell environments list` shows them.")
    _refuse_used(connection, name)
    for row in connection.execute(select(handler.c.id, handler.c.name).where(handler.c.environment == name)).all():
        for table in (subscription, pairing, hold, key_rotation):
            connection.execute(delete(table).where(table.c.handler_id == row.id))
        connection.execute(delete(handler).where(handler.c.id == row.id))
        _clear_alarms(connection, name, row.name, now)
    connection.execute(delete(environment).where(environment.c.name == name))
    announce(connection, "handlers")


def require_known(connection: Connection, name: str) -> None:
    """See that there is such an environment, for whoever asks about it.

    Raises:
        Unknown: there is none of this name.
    """
    if name not in (known := environments(connection)):
        raise Unknown(f"There is no environment {name!r}; there are: {', '.join(known)}.")


def require_environments(connection: Connection, names: Collection[str]) -> None:
    """See that they are here, and stay until the transaction ends.

    Raises:
        UnknownEnvironment: one isn't.
    """
    if beside := set(names) - {GLOBAL}:
        names_kept = select(environment.c.name).with_for_update(read=True, key_share=True)
        found = connection.execute(names_kept).scalars().all()
        if missing := sorted(beside.difference(found)):
            raise UnknownEnvironment(
                f"There is no environment {missing[0][:64]!r}; there are: {', '.join([GLOBAL, *sorted(found)])}. "
                "Name one of them, or add it: `duebell environments add`."
            )


def _refuse_used(connection: Connection, name: str) -> None:
    for table in metadata.tables.values():
        if "environment" not in table.c or table.name in _BESIDES:
            continue
        if connection.execute(select(exists().where(table.c.environment == name))).scalar():
            raise NotPossible(f"{name} can't be removed: something of its customers was recorded here, which stays.")
    counting = select(version.c.number).where((version.c.state == "active") | version.c.is_draft)
    own = select(value.c.group_name).where(value.c.environment == name, value.c.version.in_(counting))
    if groups := connection.execute(own.distinct().order_by(value.c.group_name)).scalars().all():
        raise NotPossible(
            f"{name} can't be removed: it has options of its own in {', '.join(groups)}. Use Global's again there "
            "(an empty value), then remove it."
        )


def _clear_alarms(connection: Connection, name: str, handler_name: str, now: datetime) -> None:
    """What was wrong with what is gone matters to nobody."""
    for one in alarms.standing(connection):
        about = one["cause"].removeprefix(kind_of(one["cause"]).begins)
        if about == handler_name or about.startswith(f"{name}."):
            alarms.clear(connection, one["cause"], now)
