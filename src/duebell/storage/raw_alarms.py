"""The alarms about what came from PortaBilling's webhook: they follow from what waits for a person, and end with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, TextClause, func, select, text

from duebell.alarms.causes import QUARANTINE, RAW_REFUSED
from duebell.storage import alarms
from duebell.storage.tables_raw import quarantine, raw_event

WAITING = text("state = 'waiting'")
FAILED = text("state IN ('refused', 'exhausted')")
"""As the partial indexes have it."""


def raws_that(state: TextClause, environment: str) -> Sequence[ColumnElement[bool] | TextClause]:
    """The conditions for the raw events of an environment in a state: `WAITING` or `FAILED`.

    Without a word about the number SQLite goes through all of the environment's, by another index that begins with it too.
    """
    return raw_event.c.environment == environment, raw_event.c.number > 0, state


def bodies_that_wait(environment: str) -> Sequence[ColumnElement[bool] | TextClause]:
    """The conditions for the bodies that wait in quarantine, with a word about the number for the same reason."""
    return quarantine.c.environment == environment, quarantine.c.id > 0, WAITING


def tell_of_quarantine(connection: Connection, environment: str, now: datetime) -> int:
    """Let the alarm stand while a body waits in quarantine; how many do."""
    query = select(func.count()).select_from(quarantine).where(*bodies_that_wait(environment))
    waiting = connection.execute(query).scalar_one()
    sentence = f"{waiting:,} bodies that came from PortaBilling could not be read, or are of a type that isn't known."
    alarms.follow(connection, QUARANTINE + environment, sentence if waiting else None, now)
    return waiting


def tell_of_failed(connection: Connection, environment: str, now: datetime) -> None:
    """Let the alarm stand while a raw event is refused or given up."""
    query = select(func.count()).select_from(raw_event).where(*raws_that(FAILED, environment))
    failed = connection.execute(query).scalar_one()
    sentence = f"{failed:,} raw events of PortaBilling could not be turned into events."
    alarms.follow(connection, RAW_REFUSED + environment, sentence if failed else None, now)
