"""A customer who is forgotten is in nothing any more that PortaBilling sent: neither about him nor about his invoices, read or not."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest
from sqlalchemy import Connection

from builders import Clock, Target, overdue
from duebell.configuration.server import GLOBAL
from duebell.duties.erasures import Erasures
from duebell.errors import Unknown
from duebell.espf.handler import EventHandler
from duebell.espf.queue import HandlerRow
from duebell.portabilling.raw import RawEvent, read_raw
from duebell.storage import alarms
from duebell.storage.known import load_for_update, save
from duebell.storage.quarantine import Quarantined, list_quarantine, retry_quarantine
from duebell.storage.raw_events import KeptRaw, list_raw
from duebell.storage.raw_forgetting import AT_ONCE
from duebell.storage.raw_taking import take
from engines import Engine, with_handlers
from unit.inlet.raw_world import a_body, an_arrival
from unit.reader.readings_made import a_known, a_known_invoice
from unit.storage_operations.conftest import Books

OF_HIS = (
    b'{"variables": {"i_customer": 5, "name": "John Doe"}',
    b'{"variables": {"i_customer": "5.0", "name": "John Doe"}',
    b'{"variables": {"I_Customer":"5","name":"John Doe"}',
    '{"i_customer": 5, "name": "John Doe"}'.encode("utf-16"),
    b"i_customer=5&name=John+Doe",
    b"<i_customer>5</i_customer><name>John Doe</name>",
    rb'["{\"i_customer\": \"5\", \"name\": \"John Doe\"}"]',
    b'{"variables": {"i_invoice": "7", "name": "John Doe"}',
    b'{"variables": {"invoice_number": "INV-8", "name": "John Doe"}',
    b'{"variables": {"invoice_number": "INV-1", "name": "John Doe"}',
    b"name=John Doe\ni_customer=5 class=2",
)
"""What is no raw event and names John: his id is 5, his invoices are 7 (INV-7) and 8 (INV-8), and one is called INV-1."""
OF_OTHERS = (
    b'{"variables": {"i_customer": 55, "name": "Jane Roe"}',
    b'{"variables": {"i_customer": 6, "invoice_number": "INV-7", "name": "Jane Roe"}',
    b'{"variables": {"i_invoice": "77", "name": "Jane Roe"}',
    b"Jane Roe of 5 Main Street has 7",
)
"""They look a little like his."""


@pytest.fixture
def books(engine: Engine) -> Iterator[Books]:
    clock = Clock()
    store = with_handlers(engine.new(), ["OdooCRM"], clock())
    yield Books(store, clock)
    store.close()


def brought(books: Books, *bodies: bytes, environment: str = GLOBAL) -> None:
    arrivals = [an_arrival(body, environment=environment, at=books.clock()) for body in bodies]
    books.write(partial(take, arrivals=arrivals))


def known(books: Books, *invoices: str) -> None:
    """John was read with these invoices; nothing was told of them here."""
    now = books.clock()

    def unit(connection: Connection) -> None:
        before = load_for_update(connection, GLOBAL, "5", invoices).known
        seen = a_known(*(a_known_invoice(one) for one in invoices))
        save(connection, GLOBAL, "5", before, seen, began_at=now, next_look_at=None, now=now)

    books.write(unit)


async def forgotten(books: Books) -> None:
    @asynccontextmanager
    async def nowhere(_: HandlerRow) -> AsyncIterator[EventHandler]:
        yield Target()

    await Erasures(books.store, nowhere, books.clock, lambda: True).forget(GLOBAL, "5", anyway=True)


def raw_events(books: Books) -> list[KeptRaw]:
    return books.store.read(list_raw)[::-1]


def strange(books: Books, *, ended: bool = False) -> list[Quarantined]:
    return books.store.read(partial(list_quarantine, ended=ended, limit=1000))[::-1]


async def test_raw_events_of_his_invoices_keep_ids_and_times_only(books: Books) -> None:
    known(books, "7")
    when = "2026-11-01 12:00:00"
    brought(
        books,
        a_body(1, "Invoice/Updated", i_invoice="7", event_time=when, name="John Doe"),
        a_body(2, "Invoice/Created", i_customer=5, i_invoice="9", name="John Doe"),
        a_body(3, "Invoice/Updated", i_invoice=9, name="John Doe"),
        a_body(4, "Invoice/Updated", i_invoice="77", name="Jane Roe"),
    )
    await forgotten(books)
    first, *his, other = raw_events(books)
    assert json.loads(first.body) == {
        "event_type": "Invoice/Updated",
        "variables": {"i_event": 1, "i_invoice": "7", "event_time": when},
    }
    assert [one for one in his if "Doe" in one.body] == []
    assert "Jane Roe" in other.body


async def test_of_unreadable_bodies_that_name_him_nothing_stays_and_nobody_has_to_look_at_them(books: Books) -> None:
    # given some of his, whose invoices 7 and 8 were read and INV-1 told, and some that are about others
    known(books, "7", "8")
    books.record(overdue("5"))
    brought(books, *OF_HIS, *OF_OTHERS)
    await forgotten(books)
    ended = strange(books, ended=True)
    assert [one.body for one in strange(books)] == list(OF_OTHERS)
    assert [(one.body, one.size) for one in ended] == [(b"", len(body)) for body in OF_HIS]
    assert {(one.state, one.ended_because) for one in ended} == {("discarded", "The customer was forgotten.")}
    # when they come again, they don't bring him back
    brought(books, *OF_HIS)
    again = strange(books, ended=True)
    assert [(one.body, one.count) for one in again] == [(b"", 2)] * len(OF_HIS)
    assert len(strange(books)) == len(OF_OTHERS)


async def test_a_body_of_an_unknown_type_keeps_ids_and_may_still_be_taken(books: Books) -> None:
    known(books)
    arrival = an_arrival(a_body(1, "Weather/Changed", i_customer=5, name="John Doe"), at=books.clock())
    unknown = replace(arrival, raw=None, because="Nobody knows the type 'Weather/Changed'.")
    books.write(partial(take, arrivals=[unknown]))
    await forgotten(books)
    (kept,) = strange(books)
    assert (b"Doe" in kept.body, kept.is_whole) == (False, True)

    def read(environment: str, content: bytes, received_at: datetime) -> RawEvent:
        return read_raw(content, environment=environment, received_at=received_at)

    books.write(partial(retry_quarantine, environment=GLOBAL, read=read, now=books.clock()))
    assert [(one.type, one.key) for one in raw_events(books)] == [("Weather/Changed", "customer:5")]


async def test_the_alarm_of_the_quarantine_ends_with_the_last_body_in_it(books: Books) -> None:
    known(books)
    brought(books, b"i_customer=5 John Doe")
    assert books.store.read(alarms.standing)
    await forgotten(books)
    assert books.store.read(alarms.standing) == []


async def test_a_long_quarantine_is_looked_through_to_its_end(books: Books) -> None:
    known(books)
    brought(books, *(f"nobody {number}".encode() for number in range(2 * AT_ONCE)), b"i_customer=5 John Doe")
    await forgotten(books)
    assert [one.body for one in strange(books, ended=True)] == [b""]
    assert len(strange(books)) == 2 * AT_ONCE


async def test_other_environments_have_other_customers(books: Books) -> None:
    known(books, "7")
    bodies = a_body(1, "Invoice/Updated", i_invoice="7", name="Jane Roe"), b"i_customer=5 Jane Roe"
    brought(books, *bodies, environment="berlin")
    await forgotten(books)
    assert "Jane Roe" in raw_events(books)[0].body
    assert [one.body for one in strange(books)] == [bodies[1]]


async def test_whom_nothing_was_told_is_forgotten_too(books: Books) -> None:
    with pytest.raises(Unknown, match="There is no customer '5'"):
        await forgotten(books)
    brought(books, a_body(1, i_customer=5, name="John Doe"))
    await forgotten(books)
    assert "Doe" not in raw_events(books)[0].body
