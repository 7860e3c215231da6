"""The log of events as an operator reads it: a page of those that a filter means, and one event whole."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, exists, select

from duebell.errors import InvalidValue, Unknown
from duebell.storage.event_filter import Condition, EventFilter, search
from duebell.storage.tables import attempt, event, handler, provisioning, receipt, stream

_EVENT = (
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
)
_PROVISIONING = (
    handler.c.name.label("handler"),
    handler.c.type.label("handler_type"),
    provisioning.c.replay,
    provisioning.c.state,
    provisioning.c.because,
    provisioning.c.kind,
    provisioning.c.attempts,
    provisioning.c.next_at,
)
_WHOLE = (
    "handler",
    "handler_type",
    "replay",
    "state",
    "because",
    "kind",
    "reference",
    "link",
    "superseded_by",
    "next_at",
    "notify_by",
)
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LOWEST_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, the newest first, each with `provisionings`, what is owed of it that the filter means.

    `before` is what to ask for next: events with smaller numbers; None: there are no older ones. A page may be short, even empty,
    and yet go on: one search looks at so many events only (see `event_filter`).
    """

    events: list[dict[str, Any]]
    before: int | None


def list_events(connection: Connection, wanted: EventFilter, before: int | None = None, limit: int = 50) -> EventPage:
    """Up to `limit` events with numbers below `before`. New events have greater ones, so that no page shifts while they come.

    Raises:
        InvalidValue, Unknown: the filter names what there can't be.
    """
    prepared = search(connection, wanted)
    numbers, further = prepared.older(connection, before, limit)
    rows = connection.execute(_events().where(event.c.number.in_(numbers)).order_by(event.c.number.desc())).mappings()
    owed = _owed(connection, numbers, prepared.owed)
    return EventPage([{**row, "provisionings": owed.get(row["number"], [])} for row in rows], further)


def show_event(connection: Connection, event_id: str) -> dict[str, Any]:
    """One event whole: its content, what is owed of it with every attempt, and what became of its messages in Odoo.

    `event_id` may be shortened to its first characters, as long as one event only begins so.

    Raises:
        Unknown: no such event.
        InvalidValue: several events begin so.
    """
    found = find_event(connection, event_id)
    owed = connection.execute(
        select(provisioning, handler.c.name.label("handler"), handler.c.type.label("handler_type"))
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


def find_event(connection: Connection, event_id: str) -> dict[str, Any]:
    """The event's row, without its content, with the `stream_id`; errors as `show_event`'s."""
    low = event_id.lower() + _LOWEST_ID[len(event_id) :]
    high = event_id.lower() + _LOWEST_ID.replace("0", "f")[len(event_id) :]
    rows: Sequence[RowMapping] = ()
    if event_id and _ID.fullmatch(low):
        query = _events().add_columns(event.c.stream_id).where(event.c.id.between(low, high)).limit(2)
        rows = connection.execute(query).mappings().all()
    if not rows:
        raise Unknown(f"No event has the id {event_id!r}: `duebell events list` shows them.")
    if len(rows) > 1:
        raise InvalidValue(f"Several events begin with {event_id!r}: give more of the id.")
    return dict(rows[0])


def tried(connection: Connection, event_id: str) -> dict[str, dict[str, int]]:
    """Under what keys an event was tried, the oldest first, and as which replay each, by handler's name; errors as `show_event`'s."""
    found = find_event(connection, event_id)
    query = (
        select(handler.c.name, provisioning.c.replay)
        .join_from(provisioning, handler)
        .where(provisioning.c.event_number == found["number"])
        .where(exists().where(attempt.c.provisioning_id == provisioning.c.id))
        .order_by(provisioning.c.id)
    )
    keys: dict[str, dict[str, int]] = {}
    for name, replay in connection.execute(query):
        keys.setdefault(name, {})[f"{found['id']}/{replay}"] = replay
    return keys


def _events() -> Select[Any]:
    return select(*_EVENT).join_from(event, stream)


def _owed(connection: Connection, numbers: Sequence[int], wanted: Sequence[Condition]) -> dict[int, list[dict[str, Any]]]:
    """By event number what is owed of it, the oldest first."""
    query = (
        select(provisioning.c.event_number, *_PROVISIONING)
        .join_from(provisioning, handler)
        .where(provisioning.c.event_number.in_(numbers), *wanted)
        .order_by(provisioning.c.id)
    )
    owed: dict[int, list[dict[str, Any]]] = {}
    for row in connection.execute(query).mappings():
        shown = dict(row)
        owed.setdefault(shown.pop("event_number"), []).append(shown)
    return owed


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
    return {
        **{name: row[name] for name in _WHOLE},
        "attempts": [dict(one) for one in tries],
        "messages": [dict(one) for one in told],
    }
