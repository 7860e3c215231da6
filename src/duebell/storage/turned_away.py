"""What was answered 503 at the inlet for a reason that a person can mend: an alarm, and a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, update

from duebell.alarms.causes import INLET
from duebell.storage import alarms
from duebell.storage.sources import ensure_source
from duebell.storage.tables import alarm
from duebell.storage.tables_raw import source

QUIET = timedelta(minutes=5)
"""So long after the last request that was turned away, the alarm about them is over."""
ELSEWHERE = "Another address"
"""Whose requests they are that go to no environment's inlet."""


@dataclass(frozen=True, slots=True, order=True)
class Away:
    """Why a request was turned away, in a sentence of ours; `environment` is empty where the address is no environment's."""

    environment: str
    sentence: str


def turned_away(connection: Connection, counted: Mapping[Away, int], now: datetime) -> None:
    """Sound for each how often it was; it counts with the source, which is made if there is none."""
    for away, times in sorted(counted.items()):
        alarms.sound(connection, INLET + (away.environment or ELSEWHERE), away.sentence, now, times=times)
        if away.environment:
            mine = update(source).where(source.c.id == ensure_source(connection, away.environment, now).id)
            connection.execute(mine.values(unauthorized=source.c.unauthorized + times))


def end_of_turned_away(connection: Connection, now: datetime) -> None:
    """Give the all-clear where nothing was turned away for long enough."""
    over = alarm.c.cause.startswith(INLET) & alarm.c.cleared_at.is_(None) & (alarm.c.last_at < now - QUIET)
    connection.execute(update(alarm).where(over).values(cleared_at=now))
