"""What is told and settled is history for a while, then let go; nothing that is owed ever is.

A stream's history is let go from its beginning: an event stays while an earlier one of its stream does, which may be untrue
by it. An event stays while it waits anywhere, and while nobody has seen that it was refused or given up, that is until the
alarm about that was acknowledged. A stream keeps its row for ever, so that its numbers go on; an event its id and fingerprint,
so that the same fact stays the same event whenever it comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text

from duebell.alarms.causes import EXHAUSTED, REFUSED
from duebell.espf.provisioning import State
from duebell.storage.customer_words import forget_words_of_the_silent
from duebell.storage.lines import lock_streams
from duebell.storage.tables import alarm, attempt, event, past_event, provisioning, receipt, stream

AT_ONCE = 200
"""Events that one unit of work looks at: others don't wait for it longer than 50 ms."""
_FAILED = {State.REFUSED: REFUSED, State.EXHAUSTED: EXHAUSTED}
"""What went wrong for good, and the cause of the alarm about it."""


@dataclass(frozen=True, slots=True)
class Expired:
    """How many events one step let go, and after which number the next step goes on; None: there is no more."""

    events: int
    upto: int | None


def expire(connection: Connection, before: Mapping[str, datetime], *, after: int = 0, at_most: int = AT_ONCE) -> Expired:
    """Let go what need not stay of the next events after that number, as far as recorded before their environment's moment."""
    columns = (event.c.number, event.c.id, event.c.stream_id, event.c.fingerprint, event.c.recorded_at, stream.c.environment)
    following = select(*columns).join_from(event, stream).where(event.c.number > after)
    rows = connection.execute(following.order_by(event.c.number).limit(at_most)).all()
    streams = {row.stream_id for row in rows if _is_old(row, before)}
    lock_streams(connection, streams)
    gone = _without_kept(rows, _first_kept(connection, streams), before)
    if gone:
        _let_go(connection, gone)
    may_follow = len(rows) == at_most and any(row.recorded_at < max(before.values()) for row in rows)
    return Expired(len(gone), rows[-1].number if may_follow else None)


def _is_old(row: Any, before: Mapping[str, datetime]) -> bool:
    """Of an environment that was added just now nothing is."""
    return row.environment in before and bool(row.recorded_at < before[row.environment])


def _first_kept(connection: Connection, streams: set[int]) -> Mapping[int, int]:
    """For each stream in which something has to stay, the number of its first event that does."""
    unseen = [state.value for state, cause in _FAILED.items() if _is_standing(connection, cause)]
    kept: dict[int, int] = {}
    for states in (text("state = 'waiting'"), text("state IN ('refused', 'exhausted')")):  # as the partial indexes have it
        first = select(provisioning.c.stream_id, func.min(provisioning.c.event_number)).where(
            states, provisioning.c.state.in_([State.WAITING.value, *unseen]), provisioning.c.stream_id.in_(streams)
        )
        for stream_id, number in connection.execute(first.group_by(provisioning.c.stream_id)):
            kept[stream_id] = min(number, kept.get(stream_id, number))
    return kept


def _is_standing(connection: Connection, cause: str) -> bool:
    standing = select(alarm.c.cause).where(alarm.c.cause == cause, alarm.c.cleared_at.is_(None))
    return connection.execute(standing).first() is not None


def _without_kept(rows: Sequence[Any], first_kept: Mapping[int, int], before: Mapping[str, datetime]) -> list[Any]:
    staying: set[int] = set()
    gone = []
    for row in rows:
        if not _is_old(row, before) or row.number >= first_kept.get(row.stream_id, row.number + 1):
            staying.add(row.stream_id)
        if row.stream_id not in staying:
            gone.append(row)
    return gone


def _let_go(connection: Connection, rows: Sequence[Any]) -> None:
    numbers, ids = [row.number for row in rows], [row.id for row in rows]
    owed = select(provisioning.c.id).where(provisioning.c.event_number.in_(numbers))
    connection.execute(insert(past_event), [{"id": row.id, "fingerprint": row.fingerprint} for row in rows])
    connection.execute(delete(attempt).where(attempt.c.provisioning_id.in_(owed)))
    connection.execute(delete(receipt).where(receipt.c.event_id.in_(ids)))
    connection.execute(delete(provisioning).where(provisioning.c.event_number.in_(numbers)))
    connection.execute(delete(event).where(event.c.number.in_(numbers)))
    forget_words_of_the_silent(connection, {row.stream_id for row in rows})
