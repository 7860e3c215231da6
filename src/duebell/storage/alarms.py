"""Alarms: one row a cause, with an all-clear."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, case, select, update

from duebell.alarms.causes import HANDLER, kind_of, links_of, remedy_of, title_of
from duebell.errors import NotPossible, Unknown
from duebell.storage.insertion import insert_into
from duebell.storage.tables import alarm, telling

__all__ = ["HANDLER", "acknowledge", "clear", "cleared", "described", "follow", "sound", "stand", "standing"]


def sound(connection: Connection, cause: str, sentence: str, now: datetime, *, times: int = 1) -> None:
    """Raise the alarm, or count it so many times more while it stands."""
    insert = insert_into(connection, alarm)
    standing = alarm.c.cleared_at.is_(None)
    earlier = standing & (alarm.c.since < insert.excluded.since)  # a call that began before another one may end after it
    connection.execute(
        insert.values(cause=cause, sentence=sentence, since=now, last_at=now, count=times).on_conflict_do_update(
            index_elements=["cause"],
            set_={
                "sentence": insert.excluded.sentence,
                "since": case((earlier, alarm.c.since), else_=insert.excluded.since),
                "last_at": insert.excluded.last_at,
                "count": case((standing, alarm.c.count + times), else_=times),
                "cleared_at": None,
            },
        )
    )


def stand(connection: Connection, cause: str, sentence: str, now: datetime) -> None:
    """Raise the alarm, or correct its sentence while it stands: what lasts isn't counted."""
    before = connection.execute(
        select(alarm.c.sentence).where(alarm.c.cause == cause, alarm.c.cleared_at.is_(None))
    ).scalar()
    if before is None:
        sound(connection, cause, sentence, now)
    elif before != sentence:
        connection.execute(update(alarm).where(alarm.c.cause == cause).values(sentence=sentence))


def clear(connection: Connection, cause: str, now: datetime) -> None:
    """Give the all-clear, if the alarm stands."""
    connection.execute(update(alarm).where(alarm.c.cause == cause, alarm.c.cleared_at.is_(None)).values(cleared_at=now))


def follow(connection: Connection, cause: str, sentence: str | None, now: datetime) -> None:
    """Let the alarm stand with this sentence; None: what it tells of is over."""
    if sentence is None:
        clear(connection, cause, now)
    else:
        stand(connection, cause, sentence, now)


def acknowledge(connection: Connection, now: datetime, cause: str | None = None) -> None:
    """A person has seen it, or all of them: the all-clear for those that don't end with their cause.

    Raises:
        Unknown: that alarm doesn't stand.
        NotPossible: it ends with its cause only.
    """
    causes = [one["cause"] for one in standing(connection) if kind_of(one["cause"]).by_person]
    if cause is not None:
        _refuse_others(connection, cause)
        causes = [cause]
    connection.execute(update(alarm).where(alarm.c.cause.in_(causes), alarm.c.cleared_at.is_(None)).values(cleared_at=now))


def standing(connection: Connection) -> list[dict[str, Any]]:
    """The alarms that stand, the oldest first, each as `described`, and how each channel told it (`told`)."""
    rows = connection.execute(select(alarm).where(alarm.c.cleared_at.is_(None)).order_by(alarm.c.since)).mappings().all()
    return _shown(connection, rows)


def cleared(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Up to so many alarms that are over, the latest all-clear first, in the form of those that stand."""
    over = select(alarm).where(alarm.c.cleared_at.is_not(None)).order_by(alarm.c.cleared_at.desc()).limit(limit)
    return _shown(connection, connection.execute(over).mappings().all())


def _shown(connection: Connection, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    told = _told(connection, [row["cause"] for row in rows])
    return [{**row, **described(row["cause"]), "told": told.get(row["cause"], [])} for row in rows]


def described(cause: str) -> dict[str, Any]:
    """What people read of a cause: what it is called, what to do about it and where, and whether a person may end it."""
    return {
        "title": title_of(cause),
        "remedy": remedy_of(cause),
        "links": [asdict(link) for link in links_of(cause)],
        "by_person": kind_of(cause).by_person,
    }


def _told(connection: Connection, causes: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """By cause: the channel, when it told (None: not yet) and, if it can't, because of what and when it tries again."""
    found: dict[str, list[dict[str, Any]]] = {}
    query = select(telling).where(telling.c.cause.in_(causes)).order_by(telling.c.channel)
    for row in connection.execute(query) if causes else ():
        again = {"because": row.because, "again_at": row.next_at if row.tries else None}
        found.setdefault(row.cause, []).append({"channel": row.channel, "at": row.told_at, **again})
    return found


def _refuse_others(connection: Connection, cause: str) -> None:
    known = [one["cause"] for one in standing(connection)]
    if cause not in known:
        raise Unknown(f"No alarm {cause!r} stands; {', '.join(map(repr, known)) or 'none at all'} does.")
    if not kind_of(cause).by_person:
        raise NotPossible(f"The alarm {cause!r} ends by itself, with its cause: {title_of(cause)}.")
