"""How much is owed: counted by partial indexes, so that a history of millions costs nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, text

from duebell.storage.event_filter import NOT_PROVISIONED
from duebell.storage.tables import event, provisioning


def owed_by_state(connection: Connection) -> dict[int, dict[str, int]]:
    """For each handler how many provisionings wait, were refused, exhausted or skipped.

    Those provisioned are not counted: there is no index of them, and a count kept up to date would be written by every call.
    """
    counts: dict[int, dict[str, int]] = {}
    for condition in dict.fromkeys(NOT_PROVISIONED.values()):
        query = select(provisioning.c.handler_id, provisioning.c.state, func.count()).where(condition)
        for handler_id, state, count in connection.execute(query.group_by(provisioning.c.handler_id, provisioning.c.state)):
            counts.setdefault(handler_id, {})[state] = count
    return counts


def waiting_up_to(connection: Connection, handler_id: int, last: int) -> int:
    """How many provisionings wait for a handler, of those up to that one."""
    query = select(func.count()).where(
        text("provisioning.state = 'waiting'"), provisioning.c.handler_id == handler_id, provisioning.c.id <= last
    )
    return connection.execute(query).scalar_one()


def recorded(connection: Connection) -> int:
    """The number of the newest event: about how many were ever recorded."""
    return connection.execute(select(func.max(event.c.number))).scalar() or 0


def oldest_waiting(connection: Connection) -> datetime | None:
    """When the event was recorded that waits longest; None: nothing waits. The first of all lines has been owed longest."""
    first = select(func.min(provisioning.c.id)).where(provisioning.c.is_head).scalar_subquery()
    query = select(event.c.recorded_at).join_from(provisioning, event).where(provisioning.c.id == first)
    return connection.execute(query).scalar()
