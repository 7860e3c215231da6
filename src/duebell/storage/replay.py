"""Replay: what is settled is owed anew, at the end of its customer's line, with the next replay number.

A plan and its doing decide by the same function, so that what was shown is what is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from duebell.espf.handler import SupersededBy
from duebell.espf.provisioning import State
from duebell.espf.rules import Ages, is_warning, notify_within, usual_ages
from duebell.storage.announce import announce
from duebell.storage.event_filter import EventFilter
from duebell.storage.handlers import named
from duebell.storage.lines import lock_streams, move_up
from duebell.storage.queue import superseding
from duebell.storage.tables import event, handler, provisioning, receipt, stream

QUIETLY = timedelta(days=1)
"""So long ago is the last moment to tell what shall tell nobody, whatever the target's clock says."""
UNTOLD = ("failed", "cancelled")
"""States of a message that reached nobody."""


class Action(StrEnum):
    """What a replay does with one event for one handler."""

    TELL = "tell"
    """It goes again, and the customer is told if the target has a text for it."""
    TIMELINE = "timeline"
    """It goes again and tells nobody."""
    LEAVE = "leave out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How to replay. Without `tell` nobody is told. `again`: also those who were told before.

    `as_of`: only what was owed up to this provisioning; so that a replay done twice, or gone on with, owes nothing twice.
    `within`: for how long each type is worth telling.
    """

    tell: bool
    again: bool
    as_of: int
    within: Ages = usual_ages


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of one event for one handler, and why if it isn't told."""

    action: Action
    because: str | None
    last: Row[Any]
    """Its last provisioning with names of the event, the customer and the handler."""
    notify_by: datetime | None = None
    """Until when somebody is told; none: nobody is."""


def latest(connection: Connection) -> int:
    """The `as_of` of now."""
    return connection.execute(select(func.max(provisioning.c.id))).scalar() or 0


def decide(
    connection: Connection, numbers: Sequence[int], wanted: EventFilter, terms: Terms, now: datetime
) -> list[Decision]:
    """What a replay of these events does, by event and handler, in the order of recording.

    Of `wanted` only the state and the handler count here: the last provisioning has them.
    """
    lines = [list(rows) for _, rows in groupby(_provisionings(connection, numbers, wanted), key=_event_and_handler)]
    lasts = [rows[-1] for rows in lines]
    told = _told(connection, [row for rows in lines for row in rows])
    untrue = superseding(connection, lasts)
    return [
        _decision(rows, terms, now, told=any(row.id in told for row in rows), later=untrue.get(rows[-1].event_number))
        for rows in lines
        if wanted.state in (None, rows[-1].state)
    ]


def replay(
    connection: Connection, numbers: Sequence[int], wanted: EventFilter, terms: Terms, now: datetime
) -> list[Decision]:
    """Decide, and owe anew what is not left out. Small numbers of events at a time: others wait meanwhile."""
    streams = connection.execute(select(event.c.stream_id).where(event.c.number.in_(numbers)).distinct()).scalars().all()
    lock_streams(connection, streams)
    decisions = decide(connection, numbers, wanted, terms, now)
    owed = [_owed_anew(one, now) for one in decisions if one.action is not Action.LEAVE]
    if owed:
        connection.execute(insert(provisioning), owed)
        move_up(connection, streams)
        announce(connection, "due")
    return decisions


def _provisionings(connection: Connection, numbers: Sequence[int], wanted: EventFilter) -> Iterator[Row[Any]]:
    query = (
        select(
            provisioning,
            event.c.id.label("event_id"),
            event.c.type,
            event.c.subject,
            event.c.occurred_at,
            event.c.recorded_at,
            event.c.customer_name,
            stream.c.environment,
            stream.c.customer,
            handler.c.name.label("handler"),
            handler.c.enabled,
        )
        .join_from(provisioning, event)
        .join(stream, stream.c.id == event.c.stream_id)
        .join(handler)
        .where(provisioning.c.event_number.in_(numbers))
        .order_by(provisioning.c.event_number, provisioning.c.handler_id, provisioning.c.replay)
    )
    if wanted.handler is not None:
        query = query.where(provisioning.c.handler_id == named(connection, wanted.handler).id)
    return iter(connection.execute(query))


def _event_and_handler(row: Row[Any]) -> tuple[int, int]:
    return row.event_number, row.handler_id


def _told(connection: Connection, rows: Sequence[Row[Any]]) -> set[int]:
    """The provisionings of which somebody was told: by what became of their messages, else by what the target said of it."""
    ids = {row.event_id for row in rows}
    query = select(receipt.c.event_id, receipt.c.replay, receipt.c.handler_id, receipt.c.state)
    states: dict[tuple[str, int, int], list[str]] = {}
    for event_id, number, handler_, state in connection.execute(query.where(receipt.c.event_id.in_(ids))):
        states.setdefault((event_id, number, handler_), []).append(state)

    def tells(row: Row[Any]) -> bool:
        messages = states.get((row.event_id, row.replay, row.handler_id))
        return row.because is None if messages is None else any(state not in UNTOLD for state in messages)

    return {row.id for row in rows if row.state == State.PROVISIONED and tells(row)}


def _decision(rows: Sequence[Row[Any]], terms: Terms, now: datetime, *, told: bool, later: SupersededBy | None) -> Decision:
    last = rows[-1]
    if obstacle := _obstacle(last, terms):
        return Decision(action=Action.LEAVE, because=obstacle, last=last)
    if not terms.tell:
        return Decision(action=Action.TIMELINE, because=None, last=last)
    if told and not terms.again:
        return Decision(action=Action.LEAVE, because="told before", last=last)
    until = _notify_by(rows, terms.within(last.environment))
    untold = f"no longer true: {later.type}" if later else "too old" if until < now else None
    if untold is None:
        return Decision(action=Action.TELL, because=None, last=last, notify_by=until)
    is_there = any(row.state == State.PROVISIONED for row in rows)
    return Decision(action=Action.LEAVE if is_there else Action.TIMELINE, because=untold, last=last)


def _obstacle(last: Row[Any], terms: Terms) -> str | None:
    if last.state == State.WAITING:
        return "still waits"
    if last.id > terms.as_of:
        return "replayed already"
    return None if last.enabled else "the handler is disabled"


def _notify_by(rows: Sequence[Row[Any]], within: Mapping[str, timedelta]) -> datetime:
    """As when it was recorded: a warning's day is in its content, and was written down then; so was what is never told."""
    first = rows[0]
    by: datetime = first.notify_by
    happened_at: datetime = min(first.occurred_at, first.recorded_at)
    return by if is_warning(first.type) or by < happened_at else happened_at + notify_within(first.type, within)


def _owed_anew(decision: Decision, now: datetime) -> dict[str, Any]:
    last = decision.last
    return {
        "handler_id": last.handler_id,
        "event_number": last.event_number,
        "stream_id": last.stream_id,
        "replay": last.replay + 1,
        "urgency": last.urgency,
        "notify_by": decision.notify_by or now - QUIETLY,
        "state": State.WAITING.value,
        "next_at": now,
    }
