"""Recording: events into their streams, and what is owed of them, in the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from duebell.errors import ConflictingEvent
from duebell.espf.envelope import Content, Envelope, Happening
from duebell.espf.rules import Ages, notify_by, urgency, usual_ages
from duebell.espf.subscription import Filter
from duebell.storage.announce import announce
from duebell.storage.customer_words import add_words, known_as
from duebell.storage.environments import require_environments
from duebell.storage.rows import Statement, moment_text

_KNOWN = Statement(
    """
    SELECT id, fingerprint FROM event WHERE id IN (SELECT j.value ->> 0 FROM {ROWS})
    UNION ALL SELECT id, fingerprint FROM past_event WHERE id IN (SELECT j.value ->> 0 FROM {ROWS})
    """
)
_RESERVE = Statement(
    """
    INSERT INTO stream (environment, customer, epoch, last_sequence)
    SELECT j.value ->> 0, j.value ->> 1, CAST(i.value AS INTEGER), CAST(j.value ->> 2 AS INTEGER)
    FROM {ROWS} CROSS JOIN instance i WHERE i.key = 'epoch'
    ON CONFLICT (environment, customer) DO UPDATE SET last_sequence = stream.last_sequence + excluded.last_sequence
    RETURNING environment, customer, id, epoch, last_sequence, known_as
    """
)
_COLUMNS = [
    "id",
    "stream_id",
    "epoch",
    "sequence",
    "type",
    "subject",
    "customer_name",
    "fingerprint",
    "occurred_at",
    "recorded_at",
    "cloud_event",
]
_INSERT = {
    name: f"INSERT INTO event ({', '.join(_COLUMNS)}) VALUES ({', '.join([place] * len(_COLUMNS))})"
    for name, place in (("sqlite", "?"), ("postgresql", "%s"))
}
_SUBSCRIBERS = Statement(
    """
    SELECT h.environment, s.event_type, h.id, s.filter FROM subscription s JOIN handler h ON h.id = s.handler_id
    WHERE h.enabled AND s.enabled AND s.event_type IN (SELECT j.value ->> 0 FROM {ROWS}) ORDER BY h.id
    """
)
_OWE = Statement(
    """
    INSERT INTO provisioning (handler_id, event_number, stream_id, replay, urgency, notify_by, state, next_at, is_head)
    SELECT
        CAST(j.value ->> 1 AS BIGINT), e.number, e.stream_id, 0, CAST(j.value ->> 2 AS BIGINT), {MOMENT 3}, 'waiting', :now,
        CAST(j.value ->> 4 AS BOOLEAN) AND NOT EXISTS (
            SELECT 1 FROM provisioning p
            WHERE p.stream_id = e.stream_id AND p.handler_id = CAST(j.value ->> 1 AS BIGINT) AND p.state = 'waiting'
        )
    FROM {ROWS} JOIN event e ON e.id = j.value ->> 0 ORDER BY e.number
    """,
    moments=["now"],
)
"""The first of its line, if nothing waits there, is the head at once: moving it up afterwards would write the row twice."""
QUIETLY = timedelta(seconds=1)
"""So long before it happened was the last moment to tell what tells nobody."""
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


def record(
    connection: Connection,
    happenings: Sequence[Happening],
    recorded_at: datetime,
    within: Ages = usual_ages,
) -> list[Recorded]:
    """Record each once, in the order given, and owe it to each subscribed handler of its environment.

    Locks the streams' rows, so that numbers are gapless and commit in order. `within`: for how long each type is worth telling.

    Raises:
        UnknownEnvironment: one of them is of an environment that isn't here; nothing of the call is kept.
        ConflictingEvent: one of these ids was recorded with other content; nothing of the call is kept.
    """
    require_environments(connection, {happening.environment for happening in happenings})
    given = [_Given(happening, Content.of(happening)) for happening in happenings]
    new = _without_known(connection, given)
    if new:
        streams = _insert_events(connection, new.values(), recorded_at)
        _owe(connection, new, streams, recorded_at, within)
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


def _reserved(connection: Connection, new: Collection[_Given]) -> Mapping[_Line, tuple[int, int, int]]:
    """For each line its stream's id and epoch, and the last number given before; its customer can be found from now on."""
    counts = Counter(one.line for one in new)
    # All lock the rows in one order: see lock_streams.
    rows = [(environment, customer, counts[environment, customer]) for environment, customer in sorted(counts)]
    reserved = _RESERVE.run(connection, rows).all()
    customers = {one.line: one.happening.fact.customer for one in new}
    named = [(id_, customers[environment, customer], name) for environment, customer, id_, _, _, name in reserved]
    add_words(connection, {id_: customer for id_, customer, name in named if name != known_as(customer)})
    return {
        (environment, customer): (id_, epoch, last - counts[environment, customer])
        for environment, customer, id_, epoch, last, _ in reserved
    }


def _insert_events(connection: Connection, new: Collection[_Given], recorded_at: datetime) -> Mapping[_Line, int]:
    """The streams' ids."""
    reserved = _reserved(connection, new)
    last = {line: before for line, (_, _, before) in reserved.items()}
    rows, now = [], moment_text(recorded_at)
    for one in new:
        happening, content = one.happening, one.content
        stream_id, epoch, _ = reserved[one.line]
        last[one.line] += 1
        envelope = Envelope(happening=happening, epoch=epoch, sequence=last[one.line], recorded_at=recorded_at)
        fact = happening.fact
        place = (content.id, stream_id, epoch, envelope.sequence)
        searched = (fact.type, fact.subject, fact.customer.name, content.fingerprint)
        moments = (moment_text(happening.occurred_at), now)
        rows.append((*place, *searched, *moments, envelope.cloud_event(content)))
    connection.exec_driver_sql(_INSERT[connection.dialect.name], rows)
    return {line: stream_id for line, (stream_id, _, _) in reserved.items()}


def _owe(
    connection: Connection,
    new: Mapping[str, _Given],
    streams: Mapping[_Line, int],
    recorded_at: datetime,
    within: Ages,
) -> None:
    subscribers = _SUBSCRIBERS.run(connection, {(one.happening.fact.type,) for one in new.values()}).all()
    rows = []
    lines: set[tuple[int, int]] = set()
    for id_, one in new.items():
        happening = one.happening
        type_ = happening.fact.type
        until = _notify_by(happening, recorded_at, within(happening.environment))
        for handler_id in _wanting(happening, subscribers):
            line = streams[one.line], handler_id
            rows.append((id_, handler_id, urgency(type_), moment_text(until), line not in lines))
            lines.add(line)
    if rows:
        _OWE.run(connection, rows, now=recorded_at)
        announce(connection, "due")


def _notify_by(happening: Happening, recorded_at: datetime, within: Mapping[str, timedelta]) -> datetime:
    happened_at = min(happening.occurred_at, recorded_at)
    return notify_by(happening.fact, happened_at, within) if happening.told else happened_at - QUIETLY


def _wanting(happening: Happening, subscribers: Iterable[Any]) -> list[int]:
    """The handlers to which it is owed."""
    return [
        row.id
        for row in subscribers
        if row.environment == happening.environment
        and row.event_type == happening.fact.type
        and (row.filter is None or _filter(row.filter).wants(happening.fact, happening.company))
    ]


@lru_cache(maxsize=256)
def _filter(text: str) -> Filter:
    return Filter.from_json(text)
