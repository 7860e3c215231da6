"""Who we are for targets, and with which one each handler is paired, is kept with the place where the data lives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from builders import NOON
from duebell.espf.agreement import Terms, Whom
from duebell.storage.handlers import named
from duebell.storage.pairing import keep_pair, keep_sender, live_at, sender_at, source_of_books, terms
from duebell.storage.store import Store
from duebell.storage.tables import instance
from engines import Engine, SqliteFile, with_handlers

ODOO = Whom("5a5e4cde-0000-4000-8000-000000000000", "https://odoo.example.com (database telecom)")


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = with_handlers(engine.new(), ["OdooCRM"], NOON)
    yield store
    store.close()


def as_of(store: Store, place: str) -> Terms:
    return store.read(lambda connection: terms(connection, named(connection, "OdooCRM"), place))


def living_at(store: Store, folder: Path) -> str:
    return store.write(lambda connection: live_at(connection, folder)).result()


def test_the_first_start_takes_the_place_for_the_datas_own(store: Store, tmp_path: Path) -> None:
    place = living_at(store, tmp_path)
    assert living_at(store, tmp_path) == place
    known = as_of(store, place)
    assert (known.copied, known.pair, known.stopped) == (False, None, None)
    assert len(known.sender) == len("0b5f4a92-ca5a-4d44-92ed-7f834c083e0b")


def test_data_that_is_found_elsewhere_was_copied_and_becomes_somebody_new_when_it_is_paired(tmp_path: Path) -> None:
    store = with_handlers(SqliteFile(tmp_path).new(), ["OdooCRM"], NOON)
    living_at(store, tmp_path / "here")
    elsewhere = living_at(store, tmp_path / "there")
    found = as_of(store, elsewhere)
    assert found.copied
    sender = store.read(lambda connection: sender_at(connection, elsewhere))
    assert sender != found.sender
    store.write(lambda connection: keep_sender(connection, elsewhere)).result()
    store.write(lambda connection: keep_pair(connection, 1, ODOO, "chief", NOON)).result()
    paired = as_of(store, elsewhere)
    assert (paired.copied, paired.sender) == (False, sender)
    assert paired.pair is not None
    assert (paired.pair.whom, paired.pair.paired_at) == (ODOO, NOON)
    assert store.read(lambda connection: sender_at(connection, elsewhere)) == sender
    store.close()


def test_a_pair_replaces_the_one_before(store: Store, tmp_path: Path) -> None:
    place = living_at(store, tmp_path)
    for whom in (Whom("before", "https://old.example.com"), ODOO):
        store.write(lambda connection, whom=whom: keep_pair(connection, 1, whom, "chief", NOON)).result()
    pair = as_of(store, place).pair
    assert pair is not None
    assert pair.whom == ODOO


def test_the_books_of_each_database_and_of_each_copy_have_a_name_of_their_own(store: Store, tmp_path: Path) -> None:
    def name(place: str) -> str:
        return store.read(lambda connection: source_of_books(connection, place))

    place = living_at(store, tmp_path)
    assert name(place).startswith("billing-")
    assert name("elsewhere") not in {name(place), name("a third place")}
    before = name("elsewhere")
    store.write(lambda connection: keep_sender(connection, "elsewhere")).result()
    assert name("elsewhere") == before


def test_the_books_of_a_database_that_had_no_name_keep_none(store: Store, tmp_path: Path) -> None:
    store.write(lambda connection: connection.execute(delete(instance).where(instance.c.key == "books"))).result()
    place = living_at(store, tmp_path)
    assert store.read(lambda connection: source_of_books(connection, place)) == "billing"
