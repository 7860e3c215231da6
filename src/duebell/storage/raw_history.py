"""What became of raw events and of what was in quarantine is history for a while, then let go.

Whatever waits for a reading or a person stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Table, delete, select

from duebell.storage.tables_raw import quarantine, raw_event

AT_ONCE = 1000
"""Rows that one unit of work lets go."""
_OVER: Mapping[str, tuple[str, ...]] = {raw_event.name: ("done", "discarded"), quarantine.name: ("taken", "discarded")}


def expire_raw(connection: Connection, before: Mapping[str, datetime]) -> int:
    """Let go of the next rows that are over and came before their environment's moment; how many that were, 0: none is left."""
    gone = 0
    for environment, moment in before.items():
        for table in (raw_event, quarantine):
            gone += _expire(connection, table, environment, moment)
    return gone


def _expire(connection: Connection, table: Table, environment: str, before: datetime) -> int:
    (number,) = table.primary_key
    over = (table.c.environment == environment, table.c.received_at < before, table.c.state.in_(_OVER[table.name]))
    some = select(number).where(*over).order_by(table.c.received_at).limit(AT_ONCE)
    return connection.execute(delete(table).where(number.in_(some))).rowcount
