"""Alarms: one row a cause, with an all-clear."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, select, update
from sqlalchemy.dialects import postgresql, sqlite

from duebell.storage.tables import alarm

HANDLER = "handler "
"""How the cause of a handler's alarm begins."""


def sound(connection: Connection, cause: str, sentence: str, now: datetime) -> None:
    """Raise the alarm, or count it once more while it stands."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(alarm)
    standing = alarm.c.cleared_at.is_(None)
    connection.execute(
        insert.values(cause=cause, sentence=sentence, since=now, last_at=now, count=1).on_conflict_do_update(
            index_elements=["cause"],
            set_={
                "sentence": insert.excluded.sentence,
                "since": case((standing, alarm.c.since), else_=insert.excluded.since),
                "last_at": insert.excluded.last_at,
                "count": case((standing, alarm.c.count + 1), else_=1),
                "cleared_at": None,
            },
        )
    )


def clear(connection: Connection, cause: str, now: datetime) -> None:
    """Give the all-clear, if the alarm stands."""
    connection.execute(update(alarm).where(alarm.c.cause == cause, alarm.c.cleared_at.is_(None)).values(cleared_at=now))


def acknowledge(connection: Connection, now: datetime) -> None:
    """A person has seen them: the all-clear for all but a handler's, which ends with its cause."""
    seen = (alarm.c.cleared_at.is_(None), alarm.c.cause.not_like(f"{HANDLER}%"))
    connection.execute(update(alarm).where(*seen).values(cleared_at=now))


def standing(connection: Connection) -> list[dict[str, Any]]:
    """The alarms that stand, the oldest first."""
    rows = connection.execute(select(alarm).where(alarm.c.cleared_at.is_(None)).order_by(alarm.c.since))
    return [dict(row) for row in rows.mappings()]
