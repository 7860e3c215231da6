"""What a store holds, in the words of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from duebell.storage.tables import attempt, event, handler, provisioning, stream

_OWED = (
    select(
        provisioning,
        handler.c.name.label("handler"),
        event.c.id.label("event_id"),
        stream.c.customer,
    )
    .join_from(provisioning, handler)
    .join(event, event.c.number == provisioning.c.event_number)
    .join(stream, stream.c.id == provisioning.c.stream_id)
    .order_by(provisioning.c.id)
)
_EVENTS = select(stream.c.customer, event.c.id, event.c.sequence).join_from(event, stream).order_by(event.c.number)
_TRIES = select(attempt.c.provisioning_id, attempt.c.outcome).order_by(attempt.c.id)


@dataclass
class Stored:
    """A snapshot: the events of each customer, and what is owed of them by line (handler, customer), in the order of rows."""

    streams: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    lines: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    handlers: dict[str, tuple[bool, bool, str, str | None]] = field(default_factory=dict)

    def row(self, number: int) -> dict[str, Any]:
        return next(row for line in self.lines.values() for row in line if row["id"] == number)

    def heads(self, line: tuple[str, str]) -> Sequence[str]:
        return [f"{row['event_id']}/{row['replay']}" for row in self.lines[line] if row["is_head"]]


def stored(connection: Connection) -> Stored:
    """Read all there is."""
    found = Stored()
    for customer, id_, sequence in connection.execute(_EVENTS):
        found.streams.setdefault(customer, []).append((id_, sequence))
    tries: dict[int, list[str]] = {}
    for number, outcome in connection.execute(_TRIES):
        tries.setdefault(number, []).append(outcome)
    for row in connection.execute(_OWED).mappings():
        line = found.lines.setdefault((row["handler"], row["customer"]), [])
        line.append({**row, "tries": tries.get(row["id"], [])})
    for row in connection.execute(select(handler)).mappings():
        found.handlers[row["name"]] = row["enabled"], row["paused_at"] is not None, row["state"], row["because"]
    return found
