"""Retrying: one event, or all that is put off, a few at a time. Who did it is noted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from duebell.storage.audit import note
from duebell.storage.event_filter import EventFilter
from duebell.storage.retry import Waiting, put_off, retry, retry_event

if TYPE_CHECKING:
    from duebell.instance import Instance

STEP = 500
"""Lines a unit of work."""


async def retry_one(instance: Instance, who: str, event_id: str) -> dict[str, Any]:
    """What waits of one event is due at once; the event as it is then.

    Raises:
        Unknown: no such event.
        NotPossible: nothing of it waits.
    """

    def unit(connection: Connection) -> dict[str, Any]:
        event = retry_event(connection, event_id, instance.now())
        note(connection, at=instance.now(), who=who, action="retried an event", subject=event["id"])
        return event

    return await instance.write(unit)


async def retry_all(instance: Instance, who: str, wanted: EventFilter) -> int:
    """What the filter means and waits for a later moment is due at once; how many customers' lines that sets going.

    Raises:
        Unknown, InvalidValue: the filter names what there can't be, or what doesn't wait.
    """
    now = instance.now()
    rows = await instance.read(partial(put_off, wanted=wanted, now=now))
    lines = 0
    for start in range(0, len(rows), STEP):
        lines += await instance.write(partial(_retry, rows=rows[start : start + STEP], now=now, who=who))
    return lines


def _retry(connection: Connection, rows: Sequence[Waiting], now: datetime, who: str) -> int:
    lines = retry(connection, rows, now)
    note(connection, at=now, who=who, action="retried events", detail=f"Due at once: {lines}, each the first of a line.")
    return lines
