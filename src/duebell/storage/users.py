"""Local users: rows of `access_user`. Names are in lower case; a password is there as its hash only."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.storage.tables_access import session, user

ADMINISTRATOR = "administrator"
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
_SHOWN = (user.c.name, user.c.role, user.c.enabled, user.c.created_at, user.c.last_login_at)


def all_users(connection: Connection) -> list[dict[str, Any]]:
    """By name: `name`, `role`, `enabled`, `created_at`, `last_login_at` (None: never)."""
    return [dict(row) for row in connection.execute(select(*_SHOWN).order_by(user.c.name)).mappings()]


def is_any(connection: Connection) -> bool:
    """Whether somebody can be a user already."""
    return connection.execute(select(user.c.id).limit(1)).first() is not None


def shown(connection: Connection, name: str) -> dict[str, Any]:
    """One of `all_users`.

    Raises:
        Unknown: nobody has the name.
    """
    row = connection.execute(select(*_SHOWN).where(user.c.name == name.lower())).mappings().first()
    if row is None:
        raise Unknown(f"There is no user {name!r}: `duebell users list` shows them.")
    return dict(row)


def add(connection: Connection, name: str, role: str, password: str, now: datetime) -> str:
    """A new user; gives the name as it is kept.

    Raises:
        InvalidValue: it can't be a name.
        NotPossible: somebody has it, though perhaps disabled.
    """
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise InvalidValue(
            "A user's name has 1 to 64 letters a-z, digits and . _ @ -, and begins with a letter or a digit: "
            "an e-mail address will do."
        )
    if connection.execute(select(user.c.id).where(user.c.name == name)).first():
        raise NotPossible(f"There is a user {name} already: choose another name, or enable that one again.")
    connection.execute(insert(user).values(name=name, role=role, password=password, created_at=now))
    return name


def set_role(connection: Connection, name: str, role: str) -> None:
    """What the user may do from now on, in sessions under way too.

    Raises:
        Unknown: nobody has the name.
        NotPossible: nobody else could administer.
    """
    row = shown(connection, name)
    if role != ADMINISTRATOR:
        _keep_an_administrator(connection, row)
    connection.execute(update(user).where(user.c.name == row["name"]).values(role=role))


def enable(connection: Connection, name: str) -> None:
    """Let the user log in again.

    Raises:
        Unknown: nobody has the name.
    """
    connection.execute(update(user).where(user.c.name == shown(connection, name)["name"]).values(enabled=True))


def disable(connection: Connection, name: str) -> None:
    """Let the user in no more; sessions end.

    Raises:
        Unknown: nobody has the name.
        NotPossible: nobody else could administer.
    """
    row = shown(connection, name)
    _keep_an_administrator(connection, row)
    connection.execute(update(user).where(user.c.name == row["name"]).values(enabled=False))
    _end_sessions(connection, row["name"])


def set_password(connection: Connection, name: str, password: str) -> None:
    """Another password; sessions under the old one end.

    Raises:
        Unknown: nobody has the name.
    """
    name = shown(connection, name)["name"]
    connection.execute(update(user).where(user.c.name == name).values(password=password))
    _end_sessions(connection, name)


def password_of(connection: Connection, name: str) -> str | None:
    """The hash of an enabled user's password; None: nobody may log in by that name."""
    query = select(user.c.password).where(user.c.name == name.strip().lower(), user.c.enabled)
    return connection.execute(query).scalar()


def _keep_an_administrator(connection: Connection, row: dict[str, Any]) -> None:
    if connection.dialect.name == "postgresql":  # two at once mustn't each leave the other as the last one
        connection.execute(select(user.c.id).where(user.c.role == ADMINISTRATOR).order_by(user.c.id).with_for_update())
    others = select(func.count()).where(user.c.role == ADMINISTRATOR, user.c.enabled, user.c.name != row["name"])
    if row["role"] == ADMINISTRATOR and not connection.execute(others).scalar_one():
        raise NotPossible(f"{row['name']} is the only administrator: make another user one first.")


def _end_sessions(connection: Connection, name: str) -> None:
    of_the_user = select(user.c.id).where(user.c.name == name)
    connection.execute(delete(session).where(session.c.user_id.in_(of_the_user)))
