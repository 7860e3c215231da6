"""A reading counts only if none that began later does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from builders import NOON
from duebell.espf.rules import usual_ages
from duebell.storage.comparing import Occasion, Terms, compare
from duebell.storage.store import Store
from engines import Engine, with_handlers
from unit.reader.reading_world import options
from unit.reader.readings_made import a_reading, an_invoice_reading

TERMS = Terms(environment="Global", options=options("https://portabilling.example.com"), within=usual_ages)
OCCASION = Occasion(billing_now=NOON)


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = with_handlers(engine.new(), ["OdooCRM"], NOON)
    yield store
    store.close()


def told(store: Store, *, paid: str, at=NOON) -> list[str] | None:
    reading = a_reading(an_invoice_reading(paid=paid), at=at)
    compared = store.write(lambda connection: compare(connection, reading, OCCASION, TERMS, NOON)).result()
    return compared and [one.fact.type for one in compared.happenings]


def test_a_reading_that_began_before_the_last_that_counts_means_nothing(store: Store) -> None:
    assert told(store, paid="0") == ["invoice.generated"]
    assert told(store, paid="30", at=NOON + timedelta(seconds=2)) == ["invoice.paid"]
    assert told(store, paid="0", at=NOON + timedelta(seconds=1)) is None
    assert told(store, paid="30", at=NOON + timedelta(seconds=3)) == []
