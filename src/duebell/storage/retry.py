"""Retry: what waits is due again at once, in place, and has its full time again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from duebell.errors import InvalidValue, NotPossible
from duebell.espf.provisioning import State
from duebell.storage.announce import announce
from duebell.storage.event_filter import HEADS, Condition, EventFilter, search
from duebell.storage.event_log import find_event, show_event
from duebell.storage.handlers import named
from duebell.storage.lines import lock_streams
from duebell.storage.tables import event, provisioning

Waiting = tuple[int, int]
"""A provisioning and its stream."""


def retry_event(connection: Connection, event_id: str, now: datetime) -> dict[str, Any]:
    """What waits of the event is due at once; one behind others of its line leaves after them all the same.

    Raises:
        Unknown: no such event.
        NotPossible: nothing of it waits.
    """
    found = find_event(connection, event_id)
    waits = (provisioning.c.event_number == found["number"], provisioning.c.state == State.WAITING.value)
    rows = connection.execute(select(provisioning.c.id, provisioning.c.stream_id).where(*waits)).all()
    if not retry(connection, rows, now):
        raise NotPossible(f"Nothing of event {found['id']} waits; to send it anew use `duebell events replay`.")
    return show_event(connection, found["id"])


def put_off(connection: Connection, wanted: EventFilter, now: datetime) -> list[Waiting]:
    """The heads of lines that the filter means and that are due only later: all that a retry can hasten.

    What waits behind them is never put off by itself.

    Raises:
        InvalidValue: the filter asks for a state that doesn't wait.
    """
    if wanted.state not in (None, State.WAITING.value):
        raise InvalidValue(f"What is {wanted.state} doesn't wait any more: to send it anew use `duebell events replay`.")
    heads: list[Condition] = [HEADS, provisioning.c.next_at > now]
    if wanted.handler is not None:
        heads.append(provisioning.c.handler_id == named(connection, wanted.handler).id)
    events = search(connection, replace(wanted, state=None, handler=None)).events
    query = select(provisioning.c.id, provisioning.c.stream_id).join_from(provisioning, event).where(*heads, *events)
    return list(connection.execute(query.order_by(provisioning.c.id)))


def retry(connection: Connection, rows: Sequence[Waiting], now: datetime) -> int:
    """Let these be due, as far as they still wait; how many they were."""
    lock_streams(connection, {stream for _, stream in rows})
    again = (
        update(provisioning)
        .where(provisioning.c.id.in_([id_ for id_, _ in rows]), provisioning.c.state == State.WAITING.value)
        .values(next_at=now, first_attempt_at=None)
    )
    count = connection.execute(again).rowcount
    announce(connection, "due")
    return count
