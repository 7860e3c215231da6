"""The log of events: each filter finds what it names, pages never cut an event apart, and no question reads all of a long log."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import event as sql_event

from builders import NOON, a_customer, a_happening, a_standing, an_invoice, generated, overdue, paid, suspended
from duebell.errors import InvalidValue, Unknown
from duebell.events import InvoiceGenerated
from duebell.storage.event_filter import EventFilter, Search, search
from duebell.storage.event_log import list_events, show_event
from duebell.storage.skip import skip_event
from duebell.storage.sqlite import SqliteStore
from duebell.storage.switches import disable
from engines import with_handlers
from unit.operations.conftest import Desk, refusing


def pages(desk: Desk, limit: int, **wanted: object) -> list[list[dict]]:
    """All pages, read one after the other."""
    found, before = [], None
    while True:
        page = desk.list(before=before, limit=limit, **wanted)
        found.append(page.events)
        if page.before is None:
            return found
        before = page.before


async def test_an_event_owed_to_two_handlers_and_replayed_is_on_one_page_whole_however_long_the_page(desk: Desk) -> None:
    ids = desk.record(*(generated(f"customer-{number}") for number in range(5)))
    await desk.dispatch()
    desk.replay(customer="customer-2", handler=None)
    for limit in range(1, 7):
        events = [event for page in pages(desk, limit) for event in page]
        assert [event["id"] for event in events] == ids[::-1]
        assert [len(event["provisionings"]) for event in events] == [2, 2, 4, 2, 2]


async def test_a_page_stays_where_it_was_while_new_events_come(desk: Desk) -> None:
    ids = desk.record(*(generated(f"customer-{number}") for number in range(6)))
    first = desk.list(limit=2)
    desk.record(*(generated(f"later-{number}") for number in range(3)))
    second = desk.list(limit=2, before=first.before)
    assert [event["id"] for page in (first, second) for event in page.events] == [ids[5], ids[4], ids[3], ids[2]]


async def test_each_filter_finds_exactly_what_it_names(desk: Desk) -> None:
    bill, late = desk.record(generated("john-doe"), overdue("john-doe"))
    desk.clock.advance(hours=3)
    (other,) = desk.record(generated("other"))
    desk.write(partial(disable, name="Webhook", now=desk.clock()))
    desk.targets["OdooCRM"].answer = refusing("invoice.overdue")
    await desk.dispatch("OdooCRM")
    (waiting,) = desk.record(suspended("other"))
    (skipped,) = desk.record(paid("john-doe"))
    desk.write(partial(skip_event, event_id=skipped, because="told by phone", now=desk.clock()))

    assert desk.ids() == [bill, late, other, waiting, skipped]
    assert desk.ids(customer="john-doe") == [bill, late, skipped]
    assert desk.ids(customer="nobody") == []
    assert desk.ids(type="invoice.generated") == [bill, other]
    assert desk.ids(state="waiting", handler="OdooCRM") == [waiting]
    assert desk.ids(state="waiting") == [bill, late, other, waiting]  # what Webhook was owed before it was disabled
    assert desk.ids(state="refused") == [late]
    assert desk.ids(state="skipped") == [skipped]
    assert desk.ids(state="exhausted") == []
    assert desk.ids(state="provisioned") == [bill, other]
    assert desk.ids(state="provisioned", customer="other") == [other]
    assert desk.ids(handler="Webhook") == [bill, late, other]
    assert desk.ids(since=NOON + timedelta(hours=1)) == [other, waiting, skipped]
    assert desk.ids(until=NOON + timedelta(hours=3)) == [bill, late]
    assert desk.ids(since=NOON, until=NOON + timedelta(hours=3), type="invoice.overdue") == [late]
    assert desk.ids(since=NOON + timedelta(days=1)) == []


async def test_what_is_listed_of_an_event_is_what_the_filter_means(desk: Desk) -> None:
    desk.record(generated())
    desk.targets["Webhook"].answer = refusing("invoice.generated")
    await desk.dispatch()
    (event,) = desk.list(state="refused").events
    assert [(owed["handler"], owed["state"]) for owed in event["provisionings"]] == [("Webhook", "refused")]
    (event,) = desk.list(handler="OdooCRM").events
    assert [(owed["handler"], owed["state"]) for owed in event["provisionings"]] == [("OdooCRM", "provisioned")]


def test_a_customer_is_found_by_a_name_that_he_had_with_all_his_events(desk: Desk) -> None:
    def named_so(name: str, number: str) -> InvoiceGenerated:
        return InvoiceGenerated(customer=a_customer(name=name), standing=a_standing(), invoice=an_invoice(number))

    before, after = desk.record(
        a_happening(named_so("Example Shop", "INV-1")), a_happening(named_so("Example Store", "INV-2"))
    )
    assert desk.ids(customer="Example Shop") == desk.ids(customer="Example Store") == [before, after]


@pytest.mark.parametrize("text", ['the "red" shop', 'THE "RED"', "\\ 100%_", "Ñandú", "INV-77"])
def test_a_text_is_found_as_people_read_it(desk: Desk, text: str) -> None:
    desk.record(generated())
    customer = a_customer("red", name='The "red" shop \\ 100%_ Ñandú')
    (wanted,) = desk.record(
        a_happening(InvoiceGenerated(customer=customer, standing=a_standing(), invoice=an_invoice("INV-77")))
    )
    assert desk.ids(text=text) == [wanted]


@pytest.mark.parametrize("text", ["nowhere", "100_", "%"])
def test_signs_that_a_database_knows_mean_themselves(desk: Desk, text: str) -> None:
    desk.record(generated())
    assert desk.ids(text=text) == []


def test_a_search_that_looks_at_so_many_events_only_finds_all_when_it_goes_on(desk: Desk) -> None:
    ids = desk.record(*(generated(f"customer-{number}") for number in range(10)))
    short = Search(events=[], owed=[], lowest=1, highest=len(ids), reach=3)
    numbers, before, questions = [], None, 0
    while True:
        found, before = desk.read(lambda c, before=before: short.older(c, before, 2))
        numbers += found
        questions += 1
        if before is None:
            break
    assert numbers == list(range(10, 0, -1))
    assert questions == 6


def test_a_search_without_a_match_ends(desk: Desk) -> None:
    desk.record(*(generated(f"customer-{number}") for number in range(10)))
    prepared = desk.read(lambda c: search(c, EventFilter(text="nowhere")))
    short = Search(events=prepared.events, owed=[], lowest=1, highest=10, reach=3)
    befores, before = [], None
    while True:
        found, before = desk.read(lambda c, before=before: short.older(c, before, 2))
        assert found == []
        if before is None:
            break
        befores.append(before)
    assert befores == [8, 5, 2]


def test_an_event_is_found_by_the_first_characters_of_its_id(desk: Desk) -> None:
    ids = desk.record(*(generated(f"customer-{number}") for number in range(20)))
    for id_ in ids:
        assert desk.read(lambda c, id_=id_: show_event(c, id_))["id"] == id_
        assert desk.read(lambda c, id_=id_: show_event(c, id_[:13].upper()))["id"] == id_
    shared = next(one[0] for one in ids if sum(other[0] == one[0] for other in ids) > 1)
    with pytest.raises(InvalidValue, match="Several events begin with"):
        desk.read(lambda c: show_event(c, shared))


@pytest.mark.parametrize("id_", ["", "x", "%", "-", "g" * 8, "250faada", "0" * 40, "250faada0"])
def test_what_begins_no_event_is_unknown(desk: Desk, id_: str) -> None:
    desk.record(generated())
    with pytest.raises(Unknown, match="`duebell events list` shows them"):
        desk.read(lambda c: show_event(c, id_))


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"state": "lost"}, "'lost' is not a state: use one of waiting, provisioned, refused, exhausted, skipped"),
        ({"type": "customer.moved"}, "There is no event type 'customer.moved': `duebell events schema` lists them"),
        ({"handler": "Odoo"}, "There is no handler 'Odoo': `duebell handlers list` shows them"),
        ({"text": "a\x00b"}, "No event holds the character NUL"),
    ],
)
def test_a_filter_that_names_what_there_cannot_be_is_refused(desk: Desk, wanted: dict[str, str], says: str) -> None:
    with pytest.raises((InvalidValue, Unknown), match=says):
        desk.list(**wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"customer": "john-doe"},
        {"customer": "John Doe", "text": "INV"},
        {"type": "invoice.overdue"},
        {"state": "waiting"},
        {"state": "refused", "handler": "OdooCRM"},
        {"state": "skipped"},
        {"since": NOON},
    ],
    ids=str,
)
def test_no_question_with_an_index_reads_the_whole_log(wanted: dict[str, object]) -> None:
    store = with_handlers(SqliteStore(None), ["OdooCRM"], NOON)
    plans: list[str] = []

    def explain(_: object, cursor: object, statement: str, parameters: object, *__: object) -> None:
        if statement.startswith("SELECT"):
            plan = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in plan)

    def query(connection) -> None:
        sql_event.listen(connection, "before_cursor_execute", explain)
        list_events(connection, EventFilter(**wanted))

    store.read(query)
    scans = [step for step in plans if step.startswith(("SCAN event", "SCAN provisioning", "SCAN stream"))]
    assert [step for step in scans if "USING" not in step] == []
    assert plans
    store.close()
