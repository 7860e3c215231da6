"""Customers who were recorded before their words were are found by them too, once these are filled in."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, update

from builders import a_customer, a_happening, a_standing, an_invoice
from duebell.espf.envelope import Happening
from duebell.events import InvoiceGenerated
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.storage import customer_words_before
from duebell.storage.customer_words import few_called
from duebell.storage.customer_words_before import fill_in
from duebell.storage.forgetting import begin, erase_some
from duebell.storage.tables import stream
from duebell.storage.tables_customers import customer_word
from unit.operations.conftest import Desk

SHOPS = ("north", "south", "east", "west", "middle")


def billed(customer: str, number: str, **who: str) -> Happening:
    return a_happening(
        InvoiceGenerated(customer=a_customer(customer, **who), standing=a_standing(), invoice=an_invoice(number))
    )


def as_before_there_were_words(connection: Connection) -> None:
    connection.execute(delete(customer_word))
    connection.execute(update(stream).values(known_as=None))


@pytest.fixture
def old(desk: Desk) -> Desk:
    """Five customers of an earlier release; the first was called otherwise once."""
    desk.record(billed("c-0", "INV-0", name="Former Name"))
    desk.record(*(billed(f"c-{n}", f"INV-1{n}", name=f"{SHOPS[n]} shop", phone=f"+4930555010{n}") for n in range(5)))
    desk.write(as_before_there_were_words)
    return desk


def test_they_are_found_by_what_they_were_called_last(old: Desk) -> None:
    assert old.ids(search="west shop") == []

    assert not old.write(fill_in)

    assert len(old.ids(search="west shop")) == 1
    assert len(old.ids(search="030 5550104")) == 1
    assert old.ids(search="former") == []


def test_it_goes_a_few_at_a_time_and_on_where_it_ended(old: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customer_words_before, "AT_ONCE", 2)

    assert [old.write(fill_in) for _ in range(2)] == [True, True]
    assert [len(old.ids(search=f"{shop} shop")) > 0 for shop in SHOPS] == [True, True, True, True, False]

    assert not old.write(fill_in)
    assert old.ids(search="middle shop")


def test_once_all_are_filled_in_nothing_is_looked_at_again(old: Desk) -> None:
    old.write(fill_in)
    old.write(as_before_there_were_words)

    assert not old.write(fill_in)

    assert old.ids(search="west shop") == []


async def test_a_service_fills_them_in_by_itself(tmp_path: Path) -> None:
    instance = Instance(Settings(data=tmp_path))
    try:
        await instance.record([billed("c-0", "INV-0", name="north shop")])
        await instance.write(as_before_there_were_words)
        async with instance.dispatching():
            while not await instance.read(partial(few_called, text="north")):
                await asyncio.sleep(0.01)
    finally:
        instance.close()


def test_who_is_forgotten_while_it_goes_on_is_not_found(old: Desk) -> None:
    old.write(partial(begin, environment="Global", customer="c-3", now=old.clock(), anyway=True))
    old.write(fill_in)  # his event is not erased yet
    while old.write(partial(erase_some, environment="Global", customer="c-3")):
        pass

    assert old.ids(search="west shop") == []
    assert old.ids(search="east shop")


def test_who_was_forgotten_before_stays_so(old: Desk) -> None:
    old.write(partial(begin, environment="Global", customer="c-3", now=old.clock(), anyway=True))
    while old.write(partial(erase_some, environment="Global", customer="c-3")):
        pass

    old.write(fill_in)

    assert old.ids(search="west shop") == []
    assert old.ids(search="erased") == []
