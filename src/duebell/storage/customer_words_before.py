"""Customers who were recorded before their words were: these are filled in once, a few at a time, from their latest event."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from duebell.espf.erasure import ERASED
from duebell.events import Customer
from duebell.storage.customer_words import add_words
from duebell.storage.insertion import insert_into
from duebell.storage.lines import lock_streams
from duebell.storage.tables import event, instance, stream

AT_ONCE = 200
"""Customers that a unit of work looks at: others don't wait for it longer than 50 ms."""
_UPTO = "customer_words_upto"
"""The key in `instance` of the last stream that was looked at; an empty text: all were."""
_CALLED = ("external_id", "name", "company_name", "phone", "invoice_contact")


def fill_in(connection: Connection) -> bool:
    """Let some more customers be found by what they were called last; whether there are more.

    How far it came is kept with it, so that it goes on there after a restart. Whoever was forgotten stays so.
    """
    upto = connection.execute(select(instance.c.value).where(instance.c.key == _UPTO)).scalar()
    if upto == "":
        return False
    seen = _next(connection, int(upto or 0))
    streams = [id_ for id_, known_as in seen if known_as is None]
    lock_streams(connection, streams)  # who is forgotten at this moment is erased before or after, not meanwhile
    add_words(connection, _customers(connection, streams))
    more = len(seen) == AT_ONCE
    _keep(connection, str(seen[-1][0]) if more else "")
    return more


def _next(connection: Connection, after: int) -> Sequence[tuple[int, int | None]]:
    """Streams, and what tells how their customers are called; None: they have no words."""
    query = select(stream.c.id, stream.c.known_as).where(stream.c.id > after).order_by(stream.c.id).limit(AT_ONCE)
    return [(row.id, row.known_as) for row in connection.execute(query)]


def _customers(connection: Connection, streams: Sequence[int]) -> dict[int, Customer]:
    """By stream, as his latest event has him; without those of whom no event is left, or who were forgotten."""
    latest = select(func.max(event.c.number)).where(event.c.stream_id.in_(streams)).group_by(event.c.stream_id)
    query = select(event.c.stream_id, event.c.cloud_event).where(event.c.number.in_(latest), event.c.customer_name != ERASED)
    told = {row.stream_id: json.loads(row.cloud_event)["data"]["customer"] for row in connection.execute(query)}
    return {id_: Customer(**{name: one.get(name) for name in _CALLED}) for id_, one in told.items()}


def _keep(connection: Connection, upto: str) -> None:
    new = insert_into(connection, instance)
    kept = new.values(key=_UPTO, value=upto)
    connection.execute(kept.on_conflict_do_update(index_elements=["key"], set_={"value": upto}))
