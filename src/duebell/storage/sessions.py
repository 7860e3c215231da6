"""Logins that last: rows of `access_session`, found by the digest of a secret that only the browser has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from duebell.configuration.console import SessionLimits
from duebell.storage.tables_access import session, user

DEFAULT = SessionLimits()


@dataclass(frozen=True, slots=True)
class Login:
    """Whose session it is, and what he may do now."""

    name: str
    role: str
    seen_at: datetime


def begin(connection: Connection, name: str, digest: str, now: datetime, limits: SessionLimits = DEFAULT) -> None:
    """Keep a login of an enabled user; those that are over go."""
    over = (session.c.seen_at <= now - limits.idle) | (session.c.began_at <= now - limits.longest)
    connection.execute(delete(session).where(over))
    of_the_user = select(user.c.id).where(user.c.name == name).scalar_subquery()
    connection.execute(insert(session).values(digest=digest, user_id=of_the_user, began_at=now, seen_at=now))
    connection.execute(update(user).where(user.c.name == name).values(last_login_at=now))


def login_of(connection: Connection, digest: str, now: datetime, limits: SessionLimits = DEFAULT) -> Login | None:
    """The session's user; None: there is no such session, or it is over."""
    row = connection.execute(
        select(user.c.name, user.c.role, session.c.seen_at)
        .join_from(session, user)
        .where(
            session.c.digest == digest,
            session.c.seen_at > now - limits.idle,
            session.c.began_at > now - limits.longest,
            user.c.enabled,
        )
    ).first()
    return Login(*row) if row else None


def seen(connection: Connection, digest: str, now: datetime) -> None:
    """Something came in the session."""
    connection.execute(update(session).where(session.c.digest == digest).values(seen_at=now))


def end(connection: Connection, digest: str) -> None:
    """The session is over, if it is there."""
    connection.execute(delete(session).where(session.c.digest == digest))
