"""Which events an operator means, and how they are found in a log of millions without reading all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, TextClause, exists, func, select, text

from duebell.errors import InvalidValue
from duebell.espf.provisioning import State
from duebell.events import FACTS
from duebell.storage.environments import require_known
from duebell.storage.event_search import find
from duebell.storage.handlers import named
from duebell.storage.tables import event, provisioning, stream

FIRST_WINDOW = 1_000
"""So many events are looked at first, then twice as many each time: a page that is soon full costs little."""
REACH = 50_000
"""How many events one search looks at at most where no index leads to them (a text, a handler); the next goes on from there."""
FEW = 20_000
"""Up to so many that wait are gone through; where more wait, a walk from the newest event on soon meets some."""
Condition = ColumnElement[bool] | TextClause

FAILED = (State.REFUSED, State.EXHAUSTED)
_FAILED = text("provisioning.state IN ('refused', 'exhausted')")
NOT_PROVISIONED: dict[str, Condition] = {
    State.WAITING: text("provisioning.state = 'waiting'"),
    State.REFUSED: _FAILED,
    State.EXHAUSTED: _FAILED,
    State.SKIPPED: text("provisioning.state = 'skipped'"),
}
HEADS = text("provisioning.is_head")
"""In the partial indexes' own words, so that they are used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events; None means any.

    `environment` is whose customers they are about. `customer` is an id or a name in billing, `customer_id` an id only. `search` is what
    somebody types to find something: see `storage.event_search`; `reference` the same for who may look for ids and numbers only.
    `since` and `until` (aware) bound when it was recorded; `until` itself is left out. `state` and `handler` are about what is owed of
    the event: one provisioning of it has both. `text` is anywhere in the event, in small letters or capitals.
    """

    environment: str | None = None
    customer: str | None = None
    customer_id: str | None = None
    search: str | None = None
    reference: str | None = None
    type: str | None = None
    state: str | None = None
    handler: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A filter made ready: conditions on `event` and on `provisioning`, and the numbers of the events to look at.

    `reach`: how many events are looked at in one go; None: an index leads to them, so all.
    """

    events: Sequence[Condition]
    owed: Sequence[Condition]
    lowest: int
    highest: int
    reach: int | None

    def older(self, connection: Connection, before: int | None, limit: int) -> tuple[list[int], int | None]:
        """Up to `limit` events' numbers, the newest first, and the `before` to go on with; None: there are no older ones.

        A search that reaches only so far may find fewer, or none, and yet go on.
        """
        numbers: list[int] = []
        upper = self.highest if before is None else min(before - 1, self.highest)
        end = self.lowest if self.reach is None else max(self.lowest, upper - self.reach + 1)
        width = FIRST_WINDOW if self.reach else upper - end + 1
        while upper >= end and len(numbers) < limit:
            lower = max(end, upper - width + 1)
            query = select(event.c.number).where(event.c.number.between(lower, upper), *self.events)
            numbers += connection.execute(query.order_by(event.c.number.desc()).limit(limit - len(numbers))).scalars()
            upper, width = lower - 1, width * 2
        if len(numbers) == limit:
            return numbers, numbers[-1]
        return numbers, end if end > self.lowest else None


def search(connection: Connection, wanted: EventFilter) -> Search:
    """Look up whom and what the filter names.

    Raises:
        InvalidValue: no such state or event type, or a text that no event can hold.
        Unknown: no such handler or environment.
    """
    _check(connection, wanted)
    events, owed = _about_events(wanted), _about_provisionings(connection, wanted)
    reach = REACH if wanted.text or owed or wanted.environment or wanted.since or wanted.until else None
    for customers in _streams(wanted):
        other = event.alias()
        events.append(event.c.number.in_(select(other.c.number).where(other.c.stream_id.in_(customers))))
        reach = None
    for typed in filter(None, (wanted.search, wanted.reference)):
        found = find(connection, typed.strip(), by_ids_only=typed == wanted.reference)
        events.append(found.condition)
        reach = None if found.by_index else REACH
    if (few := _few(connection, wanted.state)) is not None:
        events.append(event.c.number.in_(select(provisioning.c.event_number).where(few, *owed)))
        reach = None
    elif owed:
        events.append(exists().where(provisioning.c.event_number == event.c.number, *owed))
    if wanted.environment is not None:
        events.append(exists().where(stream.c.id == event.c.stream_id, stream.c.environment == wanted.environment))
    lowest, highest = _bounds(connection, wanted)
    return Search(events=events, owed=owed, lowest=lowest, highest=highest, reach=reach)


def _check(connection: Connection, wanted: EventFilter) -> None:
    if wanted.environment is not None:
        require_known(connection, wanted.environment)
    if wanted.state is not None and wanted.state not in set(State):
        raise InvalidValue(f"{wanted.state!r} is not a state: use one of {', '.join(State)}.")
    if wanted.type is not None and wanted.type not in FACTS:
        raise InvalidValue(f"There is no event type {wanted.type!r}: `duebell events schema` lists them.")
    if "\x00" in f"{wanted.customer}{wanted.customer_id}{wanted.search}{wanted.reference}{wanted.text}":
        raise InvalidValue("No event holds the character NUL: leave it out.")


def _about_events(wanted: EventFilter) -> list[Condition]:
    conditions: list[Condition] = []
    if wanted.type is not None:
        conditions.append(event.c.type == wanted.type)
    if wanted.since is not None:
        conditions.append(event.c.recorded_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(event.c.recorded_at < wanted.until)
    if wanted.text is not None:
        in_json = json.dumps(wanted.text, ensure_ascii=False)[1:-1]  # as it stands within the event
        conditions.append(event.c.cloud_event.icontains(in_json, autoescape=True))
    return conditions


def _about_provisionings(connection: Connection, wanted: EventFilter) -> list[Condition]:
    conditions: list[Condition] = []
    if wanted.handler is not None:
        conditions.append(provisioning.c.handler_id == named(connection, wanted.handler).id)
    if wanted.state is not None:
        conditions.append(provisioning.c.state == wanted.state)
    return conditions


def _streams(wanted: EventFilter) -> Iterator[CompoundSelect[tuple[int]] | Select[tuple[int]]]:
    """Those of the customers with that id, or that had that name; by the indexes of streams and names."""
    if wanted.customer_id is not None:
        yield select(stream.c.id).where(stream.c.customer == wanted.customer_id)
    if wanted.customer is not None:
        called = select(event.c.stream_id).where(event.c.customer_name == wanted.customer)
        yield select(stream.c.id).where(stream.c.customer == wanted.customer).union(called)


def _few(connection: Connection, state: str | None) -> Condition | None:
    """How to find what is in that state by a partial index, if there are few of them."""
    rare = NOT_PROVISIONED.get(state) if state else None
    if rare is None:
        return None
    some = select(provisioning.c.id).where(rare).limit(FEW + 1).subquery()
    return rare if connection.execute(select(func.count()).select_from(some)).scalar_one() <= FEW else None


def _bounds(connection: Connection, wanted: EventFilter) -> tuple[int, int]:
    """The lowest and the highest number that can be meant; where none is there, the first is above the second."""
    number = event.c.number
    if wanted.since is None and wanted.until is None:
        ends = select(
            *(select(end(number)).scalar_subquery() for end in (func.min, func.max))
        )  # two looks at an index's ends
    else:
        ends = select(func.min(number), func.max(number)).where(
            *_about_events(EventFilter(since=wanted.since, until=wanted.until))
        )
    lowest, highest = connection.execute(ends).one()
    return lowest or 1, highest or 0
