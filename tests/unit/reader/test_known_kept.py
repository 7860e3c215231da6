"""What is known of customers is kept, found when it is needed, and let go with the history."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from readings_made import a_known, a_known_invoice

from builders import NOON
from duebell.portabilling.known import Known
from duebell.storage.known import (
    KeptKnown,
    customers_of,
    due,
    let_go,
    load,
    load_for_update,
    postpone,
    save,
)
from duebell.storage.store import Store
from engines import Engine

DAY = timedelta(days=1)


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = engine.new()
    yield store
    store.close()


def keep(store: Store, known: Known, *, i_customer: str = "5", look_at: datetime | None = None, at: datetime = NOON) -> None:
    def unit(connection) -> None:
        before = load_for_update(connection, "Global", i_customer, known.invoices)
        save(connection, "Global", i_customer, before.known, known, began_at=at, next_look_at=look_at, now=at)

    store.write(unit).result()


def loaded(store: Store, *invoices: str, i_customer: str = "5") -> KeptKnown:
    return store.read(lambda connection: load(connection, "Global", i_customer, invoices))


def test_nothing_is_known_of_a_customer_who_was_never_read(store: Store) -> None:
    assert loaded(store) == KeptKnown(known=Known(), began_at=None)


def test_what_is_known_is_found_again_as_it_was(store: Store) -> None:
    known = a_known(a_known_invoice("7"), a_known_invoice("8"))
    keep(store, known)
    assert loaded(store) == KeptKnown(known=known, began_at=NOON)


def test_a_paid_invoice_is_found_only_by_who_asks_for_it(store: Store) -> None:
    keep(store, a_known(a_known_invoice("7", paid="30"), a_known_invoice("8")))
    assert loaded(store).known.invoices.keys() == {"8"}
    assert loaded(store, "7").known.invoices.keys() == {"7", "8"}


def test_customers_of_other_environments_are_others(store: Store) -> None:
    keep(store, a_known(a_known_invoice("7")))
    assert store.read(lambda connection: load(connection, "Other", "5", ["7"])).known == Known()
    assert store.read(lambda connection: customers_of(connection, "Other", ["7"])) == {}


def test_the_customer_of_an_invoice_is_known_by_it(store: Store) -> None:
    keep(store, a_known(a_known_invoice("7", paid="30")))
    assert store.read(lambda connection: customers_of(connection, "Global", ["7", "8"])) == {"7": "5"}


def test_looks_come_due_the_longest_due_first(store: Store) -> None:
    for customer, at in (("1", NOON), ("2", NOON - DAY), ("3", NOON + DAY), ("4", None)):
        keep(store, a_known(i_customer=customer), i_customer=customer, look_at=at)
    assert store.read(lambda connection: due(connection, "Global", NOON, 10)) == ["2", "1"]
    assert store.read(lambda connection: due(connection, "Global", NOON, 1)) == ["2"]


def test_a_look_that_is_put_off_comes_later(store: Store) -> None:
    keep(store, a_known(), look_at=NOON)
    store.write(lambda connection: postpone(connection, "Global", ["5"], NOON + DAY)).result()
    assert store.read(lambda connection: due(connection, "Global", NOON, 10)) == []
    assert store.read(lambda connection: due(connection, "Global", NOON + DAY, 10)) == ["5"]


def test_what_is_paid_is_let_go_in_time_and_what_is_owed_never(store: Store) -> None:
    keep(store, a_known(a_known_invoice("7", paid="30"), a_known_invoice("8")))
    keep(store, a_known(a_known_invoice("9", paid="30", i_customer="6"), i_customer="6"), i_customer="6", at=NOON + 2 * DAY)
    assert not store.write(lambda connection: let_go(connection, {"Global": NOON + DAY, "Other": NOON + 9 * DAY})).result()
    assert loaded(store, "7", "8").known.invoices.keys() == {"8"}
    assert loaded(store, "9", i_customer="6").known.invoices.keys() == {"9"}


def test_two_who_compare_one_customer_at_once_do_so_one_after_the_other(store: Store) -> None:
    def one_more(number: str) -> None:
        def unit(connection) -> None:
            before = load_for_update(connection, "Global", "5", [])
            known = a_known(*before.known.invoices.values(), a_known_invoice(number))
            save(connection, "Global", "5", before.known, known, began_at=NOON, next_look_at=None, now=NOON)

        store.write(unit).result()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(one_more, map(str, range(20))))
    assert len(loaded(store).known.invoices) == 20


def test_much_that_is_paid_is_let_go_a_part_at_a_time(store: Store) -> None:
    numbers = [str(number) for number in range(5)]
    keep(store, a_known(*(a_known_invoice(number, paid="30") for number in numbers)))
    before = {"Global": NOON + DAY}
    more = [store.write(lambda connection: let_go(connection, before, at_most=2)).result() for _ in range(3)]
    assert more == [True, True, False]
    assert loaded(store, *numbers).known.invoices == {}
