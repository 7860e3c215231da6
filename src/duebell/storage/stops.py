"""When nobody is told anything, and which targets hold back what they were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, insert, or_, select, update

from duebell.errors import InvalidValue, NotPossible
from duebell.storage.announce import announce
from duebell.storage.insertion import insert_into
from duebell.storage.tables import handler
from duebell.storage.tables_pairing import hold, stop

LATE_CALLS = timedelta(hours=1)
"""No call that was given up has its effect later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Nobody is told since then (aware)."""

    because: str
    began_at: datetime
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What a handler's target has to do about messages, and what it last said of it. Not done: it is owed, since then (aware)."""

    handler_id: int
    handler: str
    wanted: bool
    since: datetime
    done_at: datetime | None
    said: str | None


def stop_in_force(connection: Connection) -> Stop | None:
    """The stop, if nobody is to be told now."""
    row = connection.execute(select(stop).where(stop.c.ended_at.is_(None))).first()
    return Stop(because=row.because, began_at=row.began_at, who=row.who) if row else None


def begin_stop(connection: Connection, because: str, who: str, now: datetime) -> None:
    """Tell nobody from now on. Stopped already: the new reason counts.

    Raises:
        InvalidValue: no reason.
    """
    if not because.strip():
        raise InvalidValue("Say why nobody is to be told: whoever finds it stopped will ask.")
    changed = connection.execute(update(stop).where(stop.c.ended_at.is_(None)).values(because=because.strip()))
    if not changed.rowcount:
        connection.execute(insert(stop).values(because=because.strip(), began_at=now, who=who))
    _owe(connection, wanted=True, now=now)


def end_stop(connection: Connection, who: str, now: datetime) -> None:
    """Tell people again.

    Raises:
        NotPossible: they are told.
    """
    changed = connection.execute(update(stop).where(stop.c.ended_at.is_(None)).values(ended_at=now, ended_by=who))
    if not changed.rowcount:
        raise NotPossible("Customers are told: nothing was stopped.")
    _owe(connection, wanted=False, now=now)


def holds(connection: Connection) -> list[Hold]:
    """What each handler's target was last asked to do; also of one not in use, which may have been told something before."""
    query = select(hold, handler.c.name).join(handler, handler.c.id == hold.c.handler_id).order_by(handler.c.id)
    return [
        Hold(
            handler_id=row.handler_id,
            handler=row.name,
            wanted=row.wanted,
            since=row.since,
            done_at=row.done_at,
            said=row.said,
        )
        for row in connection.execute(query)
    ]


def owed_holds(connection: Connection, now: datetime, confirm_after: timedelta) -> Sequence[Hold]:
    """What is to be asked of targets now: what is owed, and every so often whether what was done still is so.

    A target may be restored from before it held. A call that was given up may reach it late, so sending again is confirmed for
    an hour too. A handler that was added while nobody is told owes it as well.
    """
    stopped = stop_in_force(connection)
    if stopped:
        _owe_missing(connection, now)
    lasts = or_(hold.c.wanted, hold.c.since > now - LATE_CALLS)
    due = or_(hold.c.done_at.is_(None), and_(lasts, hold.c.done_at <= now - confirm_after))
    ids = set(connection.execute(select(hold.c.handler_id).where(due)).scalars())
    return [one for one in holds(connection) if one.handler_id in ids]


def settle_hold(connection: Connection, asked: Hold, done_at: datetime | None, said: str) -> None:
    """What came of it; unless something else is wanted by now."""
    mine = (hold.c.handler_id == asked.handler_id, hold.c.wanted == asked.wanted, hold.c.since == asked.since)
    connection.execute(update(hold).where(*mine).values(done_at=done_at, said=said))


def _owe(connection: Connection, *, wanted: bool, now: datetime) -> None:
    new = insert_into(connection, hold)
    values = {"wanted": wanted, "since": now, "done_at": None, "said": None}
    for handler_id in connection.execute(select(handler.c.id)).scalars().all():
        statement = new.values(handler_id=handler_id, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["handler_id"], set_=values))
    announce(connection, "handlers")


def _owe_missing(connection: Connection, now: datetime) -> None:
    missing = select(handler.c.id).where(handler.c.id.not_in(select(hold.c.handler_id)))
    for handler_id in connection.execute(missing).scalars().all():
        connection.execute(insert(hold).values(handler_id=handler_id, wanted=True, since=now))
