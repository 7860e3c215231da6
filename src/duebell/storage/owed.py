"""How much is owed: counted by partial indexes, so that a history of millions costs nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, ScalarSelect, func, literal_column, select

from duebell.espf.provisioning import State
from duebell.storage.columns import Id
from duebell.storage.event_filter import FAILED, HEADS, NOT_PROVISIONED
from duebell.storage.tables import event, handler, provisioning

_ID: ColumnElement[int] = literal_column("+provisioning.id", Id)
"""With a sign before it, so that SQLite takes the index of the state and doesn't go through all rows by their ids."""


def owed_by_state(connection: Connection) -> dict[int, dict[str, int]]:
    """For each handler how many provisionings wait, were refused, exhausted or skipped.

    Those provisioned are not counted: there is no index of them, and a count kept up to date would be written by every call.
    """
    query = select(handler.c.id, *(_count(state).label(state) for state in NOT_PROVISIONED))
    return {
        id_: {state: count for state, count in zip(NOT_PROVISIONED, counts, strict=True) if count}
        for id_, *counts in connection.execute(query)
    }


def waiting_up_to(connection: Connection, handler_id: int, last: int) -> int:
    """How many provisionings wait for a handler, of those up to that one."""
    waits = (NOT_PROVISIONED[State.WAITING], provisioning.c.handler_id == handler_id)
    query = select(func.count()).where(*waits, last >= _ID)
    return connection.execute(query).scalar_one()


def is_any_provisioned(connection: Connection, handlers: Collection[int]) -> bool:
    """Whether anything ever reached one of these handlers; where something did, the first rows say so."""
    told = (provisioning.c.state == State.PROVISIONED, provisioning.c.handler_id.in_(handlers))
    return connection.execute(select(provisioning.c.id).where(*told).limit(1)).first() is not None


def events_recorded(connection: Connection) -> int:
    """The number of the newest event: about how many were ever recorded."""
    return connection.execute(select(func.max(event.c.number))).scalar() or 0


def oldest_waiting(connection: Connection) -> datetime | None:
    """When the event was recorded that waits longest; None: nothing waits. The first of all lines has been owed longest."""
    first = select(func.min(_ID)).select_from(provisioning).where(HEADS).scalar_subquery()
    query = select(event.c.recorded_at).join_from(provisioning, event).where(provisioning.c.id == first)
    return connection.execute(query).scalar()


def _count(state: str) -> ScalarSelect[int]:
    """Those of a handler in that state; the state itself is read only where two share an index."""
    mine = [NOT_PROVISIONED[state], provisioning.c.handler_id == handler.c.id]
    if state in FAILED:
        mine.append(provisioning.c.state == state)
    return select(func.count()).select_from(provisioning).where(*mine).correlate(handler).scalar_subquery()
