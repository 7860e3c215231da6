"""What was recorded of each customer of a PortaBilling, beside what had happened there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from duebell.storage.tables import event, stream
from duebell.storage.tables_raw import raw_event
from proof.figures import Figures


def recorded(connection: Connection) -> Mapping[str, Sequence[str]]:
    """By customer (`i_customer`) the types of the events that were recorded, in order."""
    query = select(stream.c.customer, event.c.type).join(stream).order_by(event.c.number)
    found: dict[str, list[str]] = defaultdict(list)
    for customer, type_ in connection.execute(query):
        found[customer].append(type_)
    return found


def unread(connection: Connection) -> tuple[str, ...]:
    """The raw events of which nothing has come, and nothing will: how many are in which state."""
    query = select(raw_event.c.state, func.count()).where(raw_event.c.state != "done").group_by(raw_event.c.state)
    return tuple(f"{count} raw events are {state}" for state, count in connection.execute(query))


def figures(happened: Mapping[str, Sequence[str]], told: Mapping[str, Sequence[str]]) -> Figures:
    """Compare what had happened to each customer with what is told of him.

    Told more often than it happened counts as doubled, also if it never happened at all.
    """
    found = Figures(0, 0, 0, 0)
    for customer in happened.keys() | told.keys():
        found += _of_one(happened.get(customer, ()), told.get(customer, ()))
    return found


def _of_one(happened: Sequence[str], told: Sequence[str]) -> Figures:
    wanted, there = Counter(happened), Counter(told)
    return Figures(
        events=(wanted | there).total(),
        lost=(wanted - there).total(),
        doubled=(there - wanted).total(),
        out_of_order=_out_of_order(happened, [type_ for type_ in told if type_ in wanted]),
    )


def _out_of_order(happened: Sequence[str], told: Sequence[str]) -> int:
    """How many are told after something that happened later; a type happens to a customer once here."""
    latest, wrong = -1, 0
    for place in map(list(happened).index, told):
        wrong += place < latest
        latest = max(latest, place)
    return wrong
