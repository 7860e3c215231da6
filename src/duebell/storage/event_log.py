"""What an operator asks of the events: list, show, retry, replay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, or_, select, update

from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.espf.provisioning import State
from duebell.espf.rules import notify_within
from duebell.storage.recorder import move_up
from duebell.storage.tables import attempt, event, handler, provisioning, receipt, stream


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events to list; None means any. `before` is the `number` after which a page went on: the next page is older."""

    customer: str | None = None
    type: str | None = None
    state: str | None = None
    text: str | None = None
    before: int | None = None
    limit: int = 50


def list_events(connection: Connection, wanted: EventFilter) -> list[dict[str, Any]]:
    """Events with the state of what is owed of them, newest first; an event owed to several handlers is several rows."""
    if wanted.state is not None and wanted.state not in set(State):
        raise InvalidValue(f"{wanted.state!r} is not a state: use one of {', '.join(State)}.")
    query = (
        _events()
        .add_columns(
            handler.c.name.label("handler"),
            provisioning.c.state,
            provisioning.c.replay,
            provisioning.c.because,
            provisioning.c.attempts,
            provisioning.c.next_at,
        )
        .outerjoin_from(event, provisioning, provisioning.c.event_number == event.c.number)
        .outerjoin(handler)
        .order_by(event.c.number.desc(), provisioning.c.id.desc())
        .limit(wanted.limit)
    )
    if wanted.customer is not None:
        query = query.where(or_(stream.c.customer == wanted.customer, event.c.customer_name == wanted.customer))
    if wanted.type is not None:
        query = query.where(event.c.type == wanted.type)
    if wanted.state is not None:
        query = query.where(provisioning.c.state == wanted.state)
    if wanted.text is not None:
        query = query.where(event.c.cloud_event.contains(wanted.text, autoescape=True))
    if wanted.before is not None:
        query = query.where(event.c.number < wanted.before)
    return [dict(row) for row in connection.execute(query).mappings()]


def show_event(connection: Connection, event_id: str) -> dict[str, Any]:
    """One event whole: its content, what is owed of it with every attempt, and what became of its messages in Odoo.

    `event_id` may be shortened to its first characters, as long as one event only begins so.
    """
    found = _find(connection, event_id)
    owed = connection.execute(
        select(provisioning, handler.c.name.label("handler"))
        .join_from(provisioning, handler)
        .where(provisioning.c.event_number == found["number"])
        .order_by(provisioning.c.id)
    ).mappings()
    return {
        **found,
        "cloud_event": json.loads(
            connection.execute(select(event.c.cloud_event).where(event.c.number == found["number"])).scalar_one()
        ),
        "provisionings": [_with_attempts(connection, row, found["id"]) for row in owed],
    }


def retry_event(connection: Connection, event_id: str, now: datetime) -> dict[str, Any]:
    """What waits of the event is due at once, in place, and has its full time again.

    Raises:
        Unknown: no such event.
        NotPossible: nothing of it waits.
    """
    found = _find(connection, event_id)
    again = (
        update(provisioning)
        .where(provisioning.c.event_number == found["number"], provisioning.c.state == State.WAITING.value)
        .values(next_at=now, first_attempt_at=None)
    )
    if not connection.execute(again).rowcount:
        raise NotPossible(f"Nothing of event {found['id']} waits; to send it anew use `duebell events replay`.")
    return show_event(connection, found["id"])


def replay_event(connection: Connection, event_id: str, now: datetime, *, tell: bool) -> dict[str, Any]:
    """Owe the event anew to each handler that has settled it, at the end of the line. Without `tell` it tells nobody.

    Raises:
        Unknown: no such event.
        NotPossible: it is not settled anywhere yet.
    """
    found = _find(connection, event_id)
    latest = connection.execute(
        select(provisioning.c.handler_id, provisioning.c.urgency, func.max(provisioning.c.replay).label("replay"))
        .where(provisioning.c.event_number == found["number"])
        .group_by(provisioning.c.handler_id, provisioning.c.urgency)
        .having(func.sum(func.iif(provisioning.c.state == State.WAITING.value, 1, 0)) == 0)
    ).all()
    if not latest:
        raise NotPossible(f"Event {found['id']} is not settled yet; to have it tried at once use `duebell events retry`.")
    notify_by = now + notify_within(found["type"]) if tell else now
    connection.execute(
        insert(provisioning),
        [
            {
                "handler_id": row.handler_id,
                "event_number": found["number"],
                "stream_id": found["stream_id"],
                "replay": row.replay + 1,
                "urgency": row.urgency,
                "notify_by": notify_by,
                "state": State.WAITING.value,
                "next_at": now,
            }
            for row in latest
        ],
    )
    move_up(connection, [found["stream_id"]])
    return show_event(connection, found["id"])


def _events() -> Select[Any]:
    return select(
        event.c.number,
        event.c.id,
        event.c.type,
        event.c.subject,
        stream.c.environment,
        stream.c.customer,
        event.c.customer_name,
        event.c.sequence,
        event.c.occurred_at,
        event.c.recorded_at,
    ).join_from(event, stream)


def _find(connection: Connection, event_id: str) -> dict[str, Any]:
    query = _events().add_columns(event.c.stream_id).where(event.c.id.startswith(event_id.lower(), autoescape=True)).limit(2)
    rows: Sequence[RowMapping] = connection.execute(query).mappings().all()
    if not rows:
        raise Unknown(f"No event has the id {event_id!r}: `duebell events list` shows them.")
    if len(rows) > 1:
        raise InvalidValue(f"Several events begin with {event_id!r}: give more of the id.")
    return dict(rows[0])


def _with_attempts(connection: Connection, row: RowMapping, event_id: str) -> dict[str, Any]:
    tries = connection.execute(
        select(attempt.c.started_at, attempt.c.seconds, attempt.c.outcome, attempt.c.because)
        .where(attempt.c.provisioning_id == row["id"])
        .order_by(attempt.c.id)
    ).mappings()
    told = connection.execute(
        select(receipt.c.channel, receipt.c.state, receipt.c.because, receipt.c.at)
        .where(
            receipt.c.event_id == event_id,
            receipt.c.replay == row["replay"],
            receipt.c.handler_id == row["handler_id"],
        )
        .order_by(receipt.c.channel)
    ).mappings()
    shown = ("handler", "replay", "state", "because", "kind", "reference", "link", "superseded_by", "next_at", "notify_by")
    return {
        **{name: row[name] for name in shown},
        "attempts": [dict(one) for one in tries],
        "messages": [dict(one) for one in told],
    }
