"""Recording: events into their streams, and what is owed of them, in the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, Integer, RowMapping, cast, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from duebell.errors import ConflictingEvent
from duebell.espf.envelope import Content, Envelope, Happening
from duebell.espf.provisioning import State
from duebell.espf.rules import notify_within, urgency
from duebell.espf.subscription import Filter
from duebell.storage.announce import announce
from duebell.storage.lines import lock_streams, move_up
from duebell.storage.rows import Statement
from duebell.storage.tables import event, handler, instance, provisioning, stream, subscription

__all__ = ["Recorded", "lock_streams", "move_up", "record"]

_KNOWN = Statement(
    """
    SELECT id, fingerprint FROM event WHERE id IN (SELECT j.value ->> 0 FROM {ROWS})
    UNION ALL SELECT id, fingerprint FROM past_event WHERE id IN (SELECT j.value ->> 0 FROM {ROWS})
    """
)
_NUMBERS = Statement("SELECT id, number FROM event WHERE id IN (SELECT j.value ->> 0 FROM {ROWS}) ORDER BY number")
_EPOCH = select(cast(instance.c.value, Integer)).where(instance.c.key == "epoch").scalar_subquery()

_Line = tuple[str, str]
"""An environment and a customer."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event's id, and whether it is `new` or had been recorded before."""

    id: str
    new: bool


@dataclass(frozen=True, slots=True)
class _Given:
    happening: Happening
    content: Content

    @property
    def line(self) -> _Line:
        return self.happening.environment, self.happening.fact.customer.external_id


def record(connection: Connection, happenings: Sequence[Happening], recorded_at: datetime) -> list[Recorded]:
    """Record each once, in the order given, and owe it to each subscribed handler of its environment.

    Locks the streams' rows, so that numbers are gapless and commit in order.

    Raises:
        ConflictingEvent: one of these ids was recorded with other content; nothing of the call is kept.
    """
    given = [_Given(happening, Content.of(happening)) for happening in happenings]
    new = _without_known(connection, given)
    if new:
        streams = _insert_events(connection, new.values(), recorded_at)
        _owe(connection, new, streams, recorded_at)
    return [Recorded(one.content.id, one.content.id in new) for one in given]


def _without_known(connection: Connection, given: Iterable[_Given]) -> dict[str, _Given]:
    """The new ones by id."""
    new: dict[str, _Given] = {}
    for one in given:
        _refuse_other_content(one, new.setdefault(one.content.id, one).content.fingerprint)
    for id_, before in _KNOWN.run(connection, [[id_] for id_ in new]):
        _refuse_other_content(new.pop(id_), before)
    return new


def _refuse_other_content(given: _Given, before: str) -> None:
    happening = given.happening
    if before != given.content.fingerprint:
        raise ConflictingEvent(
            f"The event {given.content.id} ({happening.fact.type}, {happening.source_id!r} of {happening.source} in "
            f"{happening.environment}) came again with other content. The first is kept; give the second an id of its own."
        )


def _reserved(connection: Connection, new: Iterable[_Given]) -> Mapping[_Line, tuple[int, int, int]]:
    """For each line its stream's id and epoch, and the last number given before."""
    counts = Counter(one.line for one in new)
    upsert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(stream)
    statement = (
        upsert.values(epoch=_EPOCH)
        .on_conflict_do_update(
            index_elements=["environment", "customer"],
            set_={"last_sequence": stream.c.last_sequence + upsert.excluded.last_sequence},
        )
        .returning(stream.c.environment, stream.c.customer, stream.c.id, stream.c.epoch, stream.c.last_sequence)
    )
    rows = connection.execute(
        statement,
        [
            {"environment": environment, "customer": customer, "last_sequence": counts[environment, customer]}
            for environment, customer in sorted(counts)  # all lock the rows in one order: see lock_streams
        ],
    )
    return {
        (environment, customer): (id_, epoch, last - counts[environment, customer])
        for environment, customer, id_, epoch, last in rows
    }


def _insert_events(connection: Connection, new: Iterable[_Given], recorded_at: datetime) -> Mapping[_Line, int]:
    """The streams' ids."""
    reserved = _reserved(connection, new)
    last = {line: before for line, (_, _, before) in reserved.items()}
    values = []
    for one in new:
        happening, content = one.happening, one.content
        stream_id, epoch, _ = reserved[one.line]
        last[one.line] += 1
        envelope = Envelope(happening=happening, epoch=epoch, sequence=last[one.line], recorded_at=recorded_at)
        values.append(
            {
                "id": content.id,
                "stream_id": stream_id,
                "epoch": epoch,
                "sequence": envelope.sequence,
                "type": happening.fact.type,
                "subject": happening.fact.subject,
                "customer_name": happening.fact.customer.name,
                "fingerprint": content.fingerprint,
                "occurred_at": happening.occurred_at,
                "recorded_at": recorded_at,
                "cloud_event": envelope.cloud_event(content),
            }
        )
    connection.execute(insert(event), values)
    return {line: stream_id for line, (stream_id, _, _) in reserved.items()}


def _owe(connection: Connection, new: Mapping[str, _Given], streams: Mapping[_Line, int], recorded_at: datetime) -> None:
    subscribers = _subscribers(connection, {one.happening.fact.type for one in new.values()})
    wanted = {id_: _wanting(one.happening, subscribers) for id_, one in new.items()}
    if not any(wanted.values()):
        return
    owed = [
        {
            "handler_id": handler_id,
            "event_number": number,
            "stream_id": streams[new[id_].line],
            "replay": 0,
            "urgency": urgency(new[id_].happening.fact.type),
            "notify_by": min(new[id_].happening.occurred_at, recorded_at) + notify_within(new[id_].happening.fact.type),
            "state": State.WAITING.value,
            "next_at": recorded_at,
        }
        for id_, number in _NUMBERS.run(connection, [[id_] for id_ in new])
        for handler_id in wanted[id_]
    ]
    connection.execute(insert(provisioning), owed)
    move_up(connection, {row["stream_id"] for row in owed})
    announce(connection, "due")


def _subscribers(connection: Connection, types: Iterable[str]) -> Sequence[RowMapping]:
    query = (
        select(handler.c.environment, subscription.c.event_type, handler.c.id, subscription.c.filter)
        .join_from(handler, subscription)
        .where(handler.c.enabled, subscription.c.enabled, subscription.c.event_type.in_(sorted(types)))
        .order_by(handler.c.id)
    )
    return connection.execute(query).mappings().all()


def _wanting(happening: Happening, subscribers: Iterable[RowMapping]) -> list[int]:
    """The handlers to which it is owed."""
    return [
        row["id"]
        for row in subscribers
        if row["environment"] == happening.environment
        and row["event_type"] == happening.fact.type
        and (row["filter"] is None or _filter(row["filter"]).wants(happening.fact, happening.company))
    ]


@lru_cache(maxsize=256)
def _filter(text: str) -> Filter:
    return Filter.from_json(text)
