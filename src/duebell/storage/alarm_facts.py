"""The facts that alarms are made from, each found by a few seeks however much waits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, text

from duebell.alarms.causes import EXHAUSTED, REFUSED
from duebell.alarms.conditions import Facts, Here
from duebell.espf.rules import LEAST_URGENT
from duebell.storage.columns import Moment
from duebell.storage.handlers import all_handlers
from duebell.storage.tables import alarm, event

_OLDEST_HEADS = " UNION ALL ".join(
    f"SELECT min(id) AS id FROM provisioning WHERE is_head AND handler_id = :handler AND urgency = {urgency}"
    for urgency in range(LEAST_URGENT + 1)
)
OLDEST_WAITING = text(
    f"""
    SELECT CASE WHEN p.replay = 0 THEN e.recorded_at ELSE coalesce(p.first_attempt_at, p.next_at) END AS since
    FROM provisioning p JOIN event e ON e.number = p.event_number
    WHERE p.id = (SELECT min(id) FROM ({_OLDEST_HEADS}) heads)
    """
).columns(since=Moment)
"""Since when what is owed for the longest waits. It is the head of its line, and numbers grow in the order of owing."""
UNHANDLED = text(
    """
    SELECT 1 FROM provisioning p
    WHERE p.state IN ('refused', 'exhausted') AND p.state = :state
    AND NOT EXISTS (
        SELECT 1 FROM provisioning l
        WHERE l.event_number = p.event_number AND l.handler_id = p.handler_id AND l.replay > p.replay
    )
    AND EXISTS (SELECT 1 FROM attempt a WHERE a.provisioning_id = p.id AND a.started_at >= :since)
    ORDER BY p.id DESC LIMIT 1
    """
).bindparams(bindparam("since", type_=Moment))
"""Whether something that failed since then was neither skipped nor replayed."""
_STATES = {REFUSED: "refused", EXHAUSTED: "exhausted"}


def facts(connection: Connection, here: Here) -> Facts:
    """Find what is watched."""
    handlers = all_handlers(connection)
    waiting = {row.id: waiting_since(connection, row.id) for row in handlers}
    return Facts(
        here=here,
        handlers=handlers,
        waiting_since={handler: since for handler, since in waiting.items() if since is not None},
        latest_recorded=connection.execute(select(func.max(event.c.recorded_at))).scalar(),
        unhandled=_unhandled(connection),
    )


def waiting_since(connection: Connection, handler: int) -> datetime | None:
    """Since when what a handler is owed for the longest waits; None: nothing does."""
    since: datetime | None = connection.execute(OLDEST_WAITING, {"handler": handler}).scalar()
    return since


def _unhandled(connection: Connection) -> dict[str, bool]:
    query = select(alarm.c.cause, alarm.c.since).where(alarm.c.cause.in_(_STATES), alarm.c.cleared_at.is_(None))
    return {
        cause: connection.execute(UNHANDLED, {"state": _STATES[cause], "since": since}).first() is not None
        for cause, since in connection.execute(query).all()
    }
