"""Recording: events into their streams, and what is owed of them, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from duebell.errors import ConflictingEvent
from duebell.espf.envelope import Envelope, Happening, fingerprint
from duebell.espf.provisioning import State
from duebell.espf.rules import notify_within, urgency
from duebell.storage.tables import event, handler, instance, provisioning, stream, subscription


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event's id, and whether it is `new` or had been recorded before."""

    id: str
    new: bool


def record(connection: Connection, happenings: Sequence[Happening], recorded_at: datetime) -> list[Recorded]:
    """Record each once, in the order given, and owe it to each subscribed handler of its environment.

    Locks the streams' rows, so that numbers are gapless and commit in order.

    Raises:
        ConflictingEvent: one of these ids was recorded with other content; nothing of the call is kept.
    """
    new = _without_known(connection, happenings)
    if new:
        streams = _numbered(connection, new)
        _owe(connection, _insert_events(connection, new, streams, recorded_at), new, recorded_at)
    return [Recorded(str(h.id), str(h.id) in new) for h in happenings]


def _without_known(connection: Connection, happenings: Sequence[Happening]) -> dict[str, tuple[Happening, str]]:
    """The new ones by id, with their fingerprints."""
    given: dict[str, tuple[Happening, str]] = {}
    for happening in happenings:
        content = fingerprint(happening)
        _, before = given.setdefault(str(happening.id), (happening, content))
        _refuse_other_content(happening, before, content)
    known = connection.execute(select(event.c.id, event.c.fingerprint).where(event.c.id.in_(given)))
    for id_, before in known:
        happening, content = given.pop(id_)
        _refuse_other_content(happening, before, content)
    return given


def _refuse_other_content(happening: Happening, before: str, now: str) -> None:
    if before != now:
        raise ConflictingEvent(
            f"The event {happening.id} ({happening.fact.type}, {happening.source_id!r} of {happening.source} in "
            f"{happening.environment}) came again with other content. The first is kept; give the second an id of its own."
        )


def _numbered(connection: Connection, new: dict[str, tuple[Happening, str]]) -> dict[tuple[str, str], Any]:
    """For each stream its row after reserving as many numbers as it needs: (id, epoch, last_sequence)."""
    counts: dict[tuple[str, str], int] = {}
    for happening, _ in new.values():
        line = (happening.environment, happening.fact.customer.external_id)
        counts[line] = counts.get(line, 0) + 1
    epoch = connection.execute(select(instance.c.value).where(instance.c.key == "epoch")).scalar_one()
    upsert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(stream)
    statement = upsert.on_conflict_do_update(
        index_elements=["environment", "customer"],
        set_={"last_sequence": stream.c.last_sequence + upsert.excluded.last_sequence},
    ).returning(stream.c.environment, stream.c.customer, stream.c.id, stream.c.epoch, stream.c.last_sequence)
    # sorted, so that two recorders lock the rows in one order
    rows = connection.execute(
        statement,
        [
            {"environment": environment, "customer": customer, "epoch": int(epoch), "last_sequence": count}
            for (environment, customer), count in sorted(counts.items())
        ],
    )
    return {(row.environment, row.customer): (row, counts[row.environment, row.customer]) for row in rows}


def _insert_events(
    connection: Connection, new: dict[str, tuple[Happening, str]], streams: dict[tuple[str, str], Any], recorded_at: datetime
) -> list[Any]:
    next_number = {line: row.last_sequence - count for line, (row, count) in streams.items()}
    values = []
    for id_, (happening, content) in new.items():
        line = (happening.environment, happening.fact.customer.external_id)
        row, _ = streams[line]
        next_number[line] += 1
        envelope = Envelope(happening=happening, epoch=row.epoch, sequence=next_number[line], recorded_at=recorded_at)
        values.append(
            {
                "id": id_,
                "stream_id": row.id,
                "epoch": row.epoch,
                "sequence": envelope.sequence,
                "type": happening.fact.type,
                "subject": happening.fact.subject,
                "customer_name": happening.fact.customer.name,
                "fingerprint": content,
                "occurred_at": happening.occurred_at,
                "recorded_at": recorded_at,
                "cloud_event": envelope.cloud_event(),
            }
        )
    inserted = insert(event).returning(
        event.c.number, event.c.id, event.c.stream_id, event.c.type, sort_by_parameter_order=True
    )
    return list(connection.execute(inserted, values))


def _owe(connection: Connection, rows: Iterable[Any], new: dict[str, tuple[Happening, str]], recorded_at: datetime) -> None:
    subscribed: dict[tuple[str, str], list[int]] = {}
    query = select(handler.c.environment, subscription.c.event_type, handler.c.id).join_from(handler, subscription)
    for environment, event_type, handler_id in connection.execute(query):
        subscribed.setdefault((environment, event_type), []).append(handler_id)
    owed = [
        {
            "handler_id": handler_id,
            "event_number": row.number,
            "stream_id": row.stream_id,
            "replay": 0,
            "urgency": urgency(row.type),
            "notify_by": min(new[row.id][0].occurred_at, recorded_at) + notify_within(row.type),
            "state": State.WAITING.value,
            "next_at": recorded_at,
        }
        for row in rows
        for handler_id in subscribed.get((new[row.id][0].environment, row.type), ())
    ]
    if owed:
        connection.execute(insert(provisioning), owed)
        move_up(connection, {entry["stream_id"] for entry in owed})


def move_up(connection: Connection, streams: Iterable[int]) -> None:
    """Let the first waiting provisioning of each line of these streams be its head."""
    connection.execute(_MOVE_UP, {"streams": list(streams)})


_heads = (
    select(func.min(provisioning.c.id))
    .where(provisioning.c.state == State.WAITING.value, provisioning.c.stream_id.in_(bindparam("streams", expanding=True)))
    .group_by(provisioning.c.stream_id, provisioning.c.handler_id)
)
_MOVE_UP = update(provisioning).where(provisioning.c.id.in_(_heads)).values(is_head=True)
