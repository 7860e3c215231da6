"""How much was recorded and told in a minute, and how fast: what it costs depends on the minute, not on the history before it.

Recorded events are found by the index of their time. Attempts have no such index, which every call would have to write: their
ids grow with the time at which they ended (but for what several processes commit at once), so the first one of a minute is
found by halving.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ColumnElement, Connection, func, select

from duebell.espf.handler import Provisioned
from duebell.storage.rows import Statement, moment
from duebell.storage.tables import attempt, event, provisioning

SAMPLE = 400
"""So many latencies of a minute tell of all."""

NEXT_ATTEMPT = Statement("SELECT id, started_at, seconds FROM attempt WHERE id >= :id ORDER BY id LIMIT 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """What was recorded and provisioned from `start` (aware) on, for a minute.

    `latencies`: seconds from recorded to provisioned of some of them, in ascending order; a replay has none, its event being old.
    """

    start: datetime
    recorded: int
    provisioned: int
    latencies: tuple[float, ...]


def minute(connection: Connection, start: datetime) -> Minute:
    """Count one minute."""
    end = start + timedelta(minutes=1)
    first = _first_ended(connection, start)
    told = (
        attempt.c.id >= first,
        attempt.c.id < _first_ended(connection, end, after=first),
        attempt.c.outcome == Provisioned.__name__,
    )
    provisioned = connection.execute(select(func.count()).select_from(attempt).where(*told)).scalar_one()
    recorded = select(func.count()).where(event.c.recorded_at >= start, event.c.recorded_at < end)
    return Minute(
        start=start,
        recorded=connection.execute(recorded).scalar_one(),
        provisioned=provisioned,
        latencies=_latencies(connection, told, provisioned) if provisioned else (),
    )


def _latencies(connection: Connection, told: tuple[ColumnElement[bool], ...], provisioned: int) -> tuple[float, ...]:
    query = (
        select(event.c.recorded_at, attempt.c.started_at, attempt.c.seconds)
        .select_from(attempt)
        .join(provisioning, provisioning.c.id == attempt.c.provisioning_id)
        .join(event, event.c.number == provisioning.c.event_number)
        .where(*told, attempt.c.id % ceil(provisioned / SAMPLE) == 0, provisioning.c.replay == 0)
    )
    found = (
        (started_at - recorded_at).total_seconds() + seconds
        for recorded_at, started_at, seconds in connection.execute(query)
    )
    return tuple(sorted(max(0.0, seconds) for seconds in found))


def _first_ended(connection: Connection, at: datetime, *, after: int = 0) -> int:
    """The id, from `after` on, of the first attempt that ended then or later; if there is none yet, the next id."""
    lowest, highest = connection.execute(
        select(*(select(end(attempt.c.id)).scalar_subquery() for end in (func.min, func.max)))
    ).one()
    if lowest is None:
        return 1
    lower, upper = max(lowest, after), highest + 1
    while lower < upper:
        middle = (lower + upper) // 2
        id_, ended_at = _from(connection, middle)
        if ended_at < at:
            lower = id_ + 1
        else:
            upper = middle
    return int(lower)


def _from(connection: Connection, id_: int) -> tuple[int, datetime]:
    """The attempt with this id, or the next one there is, and when it ended."""
    found, started_at, seconds = NEXT_ATTEMPT.run(connection, id=id_).one()
    return found, moment(started_at) + timedelta(seconds=seconds)
