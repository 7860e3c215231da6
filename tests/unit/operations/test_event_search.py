from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy import event as sql_event

from builders import a_customer, a_happening, a_standing, an_invoice, generated, overdue, suspended
from duebell.espf.envelope import Happening
from duebell.events import InvoiceGenerated
from duebell.storage.customer_words import FEW_CUSTOMERS
from duebell.storage.event_search import FEW_EVENTS
from duebell.storage.recorder import record
from duebell.storage.retention import expire
from duebell.storage.tables_customers import customer_word
from unit.operations.conftest import Desk


def billed(customer: str, number: str, **who: str) -> Happening:
    return a_happening(
        InvoiceGenerated(customer=a_customer(customer, **who), standing=a_standing(), invoice=an_invoice(number))
    )


@pytest.fixture
def recorded(desk: Desk) -> dict[str, str]:
    """Three customers' events, by what they are about."""
    names = ("shop", "café", "other")
    return dict(
        zip(
            names,
            desk.record(
                billed("c-100", "INV-2026-000041", name="Anna Muster", company_name="Corner Shop", phone="+49 30 5550123"),
                billed("c-200", "INV-2026-000042", name="Café Ñandú", phone="+34600123456"),
                billed("c-300", "INV-2027-000001", name="100% \\ _", phone=""),
            ),
            strict=True,
        )
    )


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("INV-2026-000042", ["café"]),
        ("INV-2026-00004", ["shop", "café"]),
        ("inv-2027", ["other"]),
        ("c-200", ["café"]),
        ("Anna Muster", ["shop"]),
        ("must", ["shop"]),
        ("mus ann", ["shop"]),
        ("corner SH", ["shop"]),
        ("nandu caf", ["café"]),
        ("Ñan", ["café"]),
        ("+34 600 123", ["café"]),
        ("0600 123 456", ["café"]),
        ("(030) 555-0123", ["shop"]),
        ("5550", ["shop"]),
        ("100", ["other"]),
        ("nobody", []),
        ("anna nandu", []),
        ("%", []),
        ("\U0001f514", []),
    ],
)
def test_one_field_finds_numbers_customers_names_and_phones(
    desk: Desk, recorded: dict[str, str], typed: str, found: list[str]
) -> None:
    assert desk.ids(search=typed) == [recorded[name] for name in found]


def test_an_event_is_found_by_how_its_id_begins(desk: Desk, recorded: dict[str, str]) -> None:
    for id_ in recorded.values():
        assert desk.ids(search=id_[:8].upper()) == [id_]
        assert desk.ids(reference=id_) == [id_]


def test_who_may_look_for_ids_only_can_not_try_out_names_and_phones(desk: Desk, recorded: dict[str, str]) -> None:
    for typed in ("Anna Muster", "muster", "+34600123456", "600123456"):
        assert desk.ids(reference=typed) == []
    assert desk.ids(reference="c-200") == [recorded["café"]]
    assert desk.ids(reference="INV-2026-000041") == [recorded["shop"]]
    assert desk.ids(customer_id="Anna Muster") == []
    assert desk.ids(customer_id="c-100") == [recorded["shop"]]


def test_a_customer_is_found_by_what_he_was_and_by_what_he_is_called_now(desk: Desk) -> None:
    before, after = desk.record(billed("c-1", "INV-1", name="Anna Before"), billed("c-1", "INV-2", name="Anna After"))
    (later,) = desk.record(billed("c-1", "INV-3", name="Anna Later", phone="+4915112345678"))
    for typed in ("after", "later", "+49 151 1234"):
        assert desk.ids(search=typed) == [before, after, later]


def test_the_same_customer_again_writes_no_words(desk: Desk) -> None:
    desk.record(generated("c-1"))
    statements: list[str] = []

    def watched(connection: Connection) -> None:
        sql_event.listen(connection, "before_cursor_execute", lambda *of: statements.append(of[2]))
        record(connection, [overdue("c-1")], desk.clock())

    desk.write(watched)
    assert statements
    assert not [one for one in statements if "customer_word" in one]


def test_however_many_are_found_every_one_comes_once_over_all_pages(desk: Desk) -> None:
    customers = FEW_CUSTOMERS + 10
    ids = desk.record(
        *(
            billed(f"c-{number % customers}", f"INV-{number}", name=f"Anna {number % customers}")
            for number in range(FEW_EVENTS + 10)
        )
    )
    (by_id,) = desk.record(billed("anna", "PAY-1", name="Else"))
    desk.record(suspended("else"))
    assert [event["id"] for event in _all(desk, "anna")] == [by_id, *ids[::-1]]
    for typed in ("ann", "INV-"):
        assert [event["id"] for event in _all(desk, typed)] == ids[::-1]
    assert [event["id"] for event in _all(desk, "anna 7")] == [
        id_ for number, id_ in reversed(list(enumerate(ids))) if str(number % customers).startswith("7")
    ]


async def test_nobody_is_found_any_more_once_history_has_let_his_last_event_go_and_with_his_next_one_he_is(
    desk: Desk,
) -> None:
    desk.record(billed("c-1", "INV-1", name="Anna Gone"), billed("c-2", "INV-2", name="Anna Staying"))
    await desk.dispatch()
    desk.clock.advance(days=100)
    desk.record(billed("c-2", "INV-3", name="Anna Staying"))
    desk.write(partial(expire, before={"Global": desk.clock() - timedelta(days=90)}))
    words = {row.word for row in desk.read(lambda c: c.execute(select(customer_word.c.word)).all())}
    assert ("gone" in words, "staying" in words) == (False, True)
    (again,) = desk.record(billed("c-1", "INV-4", name="Anna Gone"))
    assert desk.ids(search="gone") == [again]


def _all(desk: Desk, typed: str) -> list[dict[str, Any]]:
    found, before = [], None
    while True:
        page = desk.list(search=typed, before=before, limit=500)
        found += page.events
        before = page.before
        if before is None:
            return found
