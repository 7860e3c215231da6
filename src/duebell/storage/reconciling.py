"""Odoo restored from a backup lacks what it was told since: finding out which, and owing it again in its place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, select, update

from duebell.espf.handler import Provisioned
from duebell.espf.provisioning import State
from duebell.espf.upkeep import KEYS
from duebell.storage.announce import announce
from duebell.storage.lines import lock_streams, move_up
from duebell.storage.replay import QUIETLY
from duebell.storage.tables import attempt, event, provisioning

UNDER_WAY = timedelta(hours=1)
"""A call may have begun so long before it took effect: more is asked for than can be lacking, never less."""
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


def count_since(connection: Connection, handler_id: int, since: datetime) -> int:
    """How many were provisioned to the handler since then."""
    return connection.execute(_since(handler_id, since).with_only_columns(func.count())).scalar_one()


def provisioned_since(connection: Connection, handler_id: int, since: datetime, *, after: int) -> Sequence[Row[Any]]:
    """The next ones after that id, as many as one question may name: id, event id, replay and type."""
    return connection.execute(
        _since(handler_id, since).where(provisioning.c.id > after).order_by(provisioning.c.id).limit(KEYS)
    ).all()


def owe_again(connection: Connection, handler_id: int, ids: Collection[int], now: datetime) -> int:
    """Let these wait again where they stood in their lines, with the same keys, to tell nobody: how many that were."""
    streams = (
        connection.execute(select(provisioning.c.stream_id).where(provisioning.c.id.in_(ids)).distinct()).scalars().all()
    )
    lock_streams(connection, streams)
    anew = {
        "state": State.WAITING.value,
        "next_at": now,
        "notify_by": now - QUIETLY,
        "attempts": 0,
        **dict.fromkeys(("first_attempt_at", "because", "kind", "reference", "link", "superseded_by")),
    }
    lacking = (provisioning.c.id.in_(ids), provisioning.c.state == State.PROVISIONED.value)
    owed: int = connection.execute(update(provisioning).where(*lacking).values(anew)).rowcount
    lines = (provisioning.c.stream_id.in_(streams), provisioning.c.handler_id == handler_id, provisioning.c.is_head)
    connection.execute(update(provisioning).where(*lines).values(is_head=False))  # an earlier one may be the head now
    move_up(connection, streams)
    announce(connection, "due")
    return owed


def _since(handler_id: int, since: datetime) -> Select[Any]:
    took = exists().where(
        attempt.c.provisioning_id == provisioning.c.id,
        attempt.c.outcome == Provisioned.__name__,
        attempt.c.started_at >= max(since, _EARLIEST) - UNDER_WAY,
    )
    return (
        select(provisioning.c.id, event.c.id.label("event_id"), provisioning.c.replay, event.c.type)
        .join_from(provisioning, event)
        .where(provisioning.c.handler_id == handler_id, provisioning.c.state == State.PROVISIONED.value, took)
    )
