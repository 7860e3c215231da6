"""What became of raw events and of what was in quarantine is history for a while, then let go; who a customer is, at once if asked.

Whatever waits for a reading or a person stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, Table, delete, select, update

from duebell.storage.tables_raw import quarantine, raw_event

AT_ONCE = 1000
"""Rows that one unit of work lets go."""
_OVER: Mapping[str, tuple[str, ...]] = {raw_event.name: ("done", "discarded"), quarantine.name: ("taken", "discarded")}
_KEPT = ("i_", "event_time")
"""How the variables begin that stay of a customer who is forgotten: ids, and when it was."""


def expire_raw(connection: Connection, before: Mapping[str, datetime]) -> int:
    """Let go of what is over and came before its environment's moment, so many at once; how many that were, 0: there is no more."""
    gone = 0
    for environment, moment in before.items():
        for table in (raw_event, quarantine):
            gone += _expire(connection, table, environment, moment)
    return gone


def forget_raw(connection: Connection, environment: str, customer: str) -> None:
    """Erase who a customer is from the raw events about him; ids and times stay."""
    his = (raw_event.c.environment == environment, raw_event.c.key == f"customer:{customer}")
    for number, body in connection.execute(select(raw_event.c.number, raw_event.c.body).where(*his)).all():
        change = update(raw_event).where(raw_event.c.number == number)
        connection.execute(change.values(body=_without_person(body), because=None))


def _expire(connection: Connection, table: Table, environment: str, before: datetime) -> int:
    (number,) = table.primary_key
    over = (table.c.environment == environment, table.c.received_at < before, table.c.state.in_(_OVER[table.name]))
    some = select(number).where(*over).order_by(table.c.received_at).limit(AT_ONCE)
    return connection.execute(delete(table).where(number.in_(some))).rowcount


def _without_person(body: str) -> str:
    content = json.loads(body)
    variables = {name: value for name, value in content["variables"].items() if name.startswith(_KEPT)}
    beside = {name: value for name, value in content.items() if name.startswith((*_KEPT, "event_type"))}
    return json.dumps({**beside, "variables": variables})
