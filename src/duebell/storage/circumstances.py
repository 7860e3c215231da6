"""What the fate of one event depends on: the rows that `operations.explain` puts into sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import Connection, select

from duebell.espf.envelope import fact_from_json
from duebell.espf.provisioning import State
from duebell.espf.queue import HandlerRow
from duebell.espf.subscription import Filter
from duebell.storage.event_log import show_event
from duebell.storage.handlers import all_handlers
from duebell.storage.tables import event, provisioning, subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Another:
    """Another event that decides about this one; `because` and `next_at` are those of a first of the line that was tried."""

    event_id: str
    type: str
    because: str | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What became of one message in the target; `because` in its own words."""

    channel: str
    state: str
    because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """One provisioning as it stands. `first`: the first of its line if that is another event; `later`: what made it untrue."""

    handler: HandlerRow
    state: State
    next_at: datetime
    notify_by: datetime
    replay: int = 0
    because: str | None = None
    kind: str | None = None
    attempts: int = 0
    first: Another | None = None
    later: Another | None = None
    messages: Sequence[Message] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverOwed:
    """A handler of the event's environment that was owed nothing of it, and how its subscription is now.

    `filter` is why it wants none of it, if that is the filter: as an operator set it.
    """

    handler: HandlerRow
    subscribed: bool
    filter: Filter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """One event, what is owed of it, the oldest first, and to whom it never was."""

    event_id: str
    type: str
    owings: Sequence[Owing]
    never_owed: Sequence[NeverOwed]


def circumstances(connection: Connection, event_id: str) -> Circumstances:
    """Look them up; the id may be shortened.

    Raises:
        Unknown, InvalidValue: as `event_log.find_event`.
    """
    found = show_event(connection, event_id)
    handlers = {row.name: row for row in all_handlers(connection) if row.environment == found["environment"]}
    owings = [_owing(connection, handlers[one["handler"]], found, one) for one in found["provisionings"]]
    owed_to = {owing.handler.name for owing in owings}
    never = [_never_owed(connection, row, found) for name, row in handlers.items() if name not in owed_to]
    return Circumstances(event_id=found["id"], type=found["type"], owings=owings, never_owed=never)


def _owing(connection: Connection, handler: HandlerRow, found: dict[str, Any], row: dict[str, Any]) -> Owing:
    waits = row["state"] == State.WAITING
    first = _first(connection, handler, found["stream_id"]) if waits else None
    return Owing(
        handler=handler,
        replay=row["replay"],
        state=State(row["state"]),
        because=row["because"],
        kind=row["kind"],
        attempts=len(row["attempts"]),
        next_at=row["next_at"],
        notify_by=row["notify_by"],
        first=None if first is None or first.event_id == found["id"] else first,
        later=_another(connection, row["superseded_by"]),
        messages=[Message(channel=one["channel"], state=one["state"], because=one["because"]) for one in row["messages"]],
    )


def _first(connection: Connection, handler: HandlerRow, stream_id: int) -> Another | None:
    """What leaves next of the customer's line."""
    query = (
        select(event.c.id, event.c.type, provisioning.c.because, provisioning.c.next_at)
        .join_from(provisioning, event)
        .where(
            provisioning.c.stream_id == stream_id,
            provisioning.c.handler_id == handler.id,
            provisioning.c.state == State.WAITING.value,
        )
        .order_by(provisioning.c.id)
        .limit(1)
    )
    row = connection.execute(query).first()
    return row and Another(event_id=row.id, type=row.type, because=row.because, next_at=row.next_at)


def _another(connection: Connection, event_id: str | None) -> Another | None:
    row = connection.execute(select(event.c.id, event.c.type).where(event.c.id == event_id)).first() if event_id else None
    return row and Another(event_id=row.id, type=row.type)


def _never_owed(connection: Connection, handler: HandlerRow, found: dict[str, Any]) -> NeverOwed:
    mine = (subscription.c.handler_id == handler.id, subscription.c.event_type == found["type"])
    row = connection.execute(select(subscription.c.enabled, subscription.c.filter).where(*mine)).first()
    if row is None or not row.enabled:
        return NeverOwed(handler=handler, subscribed=False)
    cloud_event, wanted = found["cloud_event"], Filter.from_json(row.filter)
    fact = fact_from_json(found["type"], to_json(cloud_event["data"]))
    wants = wanted.wants(fact, cloud_event.get("company"))
    return NeverOwed(handler=handler, subscribed=True, filter=None if wants else wanted)
