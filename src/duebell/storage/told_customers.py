"""Which customers were told what: of whom a message left, or may have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, select

from duebell.storage.tables import event, receipt, stream

LEFT = ("released", "sent", "delivered", "unknown")
"""The states of messages that reached the customer, or may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCustomer:
    """A message that left: about which event (`number` in the log, `type`, `subject`), by which channel, in what state since `at` (UTC)."""

    number: int
    customer: str
    type: str
    subject: str | None
    channel: str
    state: str
    at: datetime


def told_customers(
    connection: Connection, environment: str, since: datetime, *, after: int = 0, limit: int
) -> Sequence[ToldCustomer]:
    """The messages about at most `limit` events recorded since then (aware), the oldest first; go on `after` the last one's number."""
    has_left = exists().where(receipt.c.event_id == event.c.id, receipt.c.state.in_(LEFT))
    numbers = (
        select(event.c.number)
        .join_from(event, stream)
        .where(event.c.number > after, event.c.recorded_at >= since, stream.c.environment == environment, has_left)
        .order_by(event.c.number)
        .limit(limit)
    )
    columns = event.c.number, stream.c.customer, event.c.type, event.c.subject
    query = (
        select(*columns, receipt.c.channel, receipt.c.state, receipt.c.at)
        .join_from(event, stream)
        .join(receipt, receipt.c.event_id == event.c.id)
        .where(event.c.number.in_(connection.execute(numbers).scalars().all()), receipt.c.state.in_(LEFT))
        .order_by(event.c.number, receipt.c.channel)
    )
    return [ToldCustomer(**row) for row in connection.execute(query).mappings()]
