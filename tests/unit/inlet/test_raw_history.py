"""Raw events are history for a while once they are read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from raw_world import a_body, an_arrival

from builders import NOON
from duebell.storage.quarantine import list_quarantine
from duebell.storage.raw_events import discard_raw, list_raw
from duebell.storage.raw_history import expire_raw
from duebell.storage.raw_taking import take
from duebell.storage.store import Store
from engines import Engine

LATER = NOON + timedelta(days=90)


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = engine.new()
    yield store
    store.close()


def done(store: Store, operation: Any, *arguments: Any) -> Any:
    return store.write(lambda connection: operation(connection, *arguments)).result()


def test_what_is_over_is_let_go_and_what_waits_for_anybody_stays(store: Store) -> None:
    done(store, take, [an_arrival(a_body(number)) for number in range(3)])
    done(store, take, [an_arrival(a_body(4), environment="berlin"), an_arrival(b"strange")])
    for number in (1, 2, 4):
        done(store, discard_raw, number, "A test.", NOON)
    done(store, expire_raw, {"Global": NOON})
    assert len(store.read(list_raw)) == 4
    assert done(store, expire_raw, {"Global": LATER}) == 2
    assert done(store, expire_raw, {"Global": LATER}) == 0
    assert [(one.environment, one.i_event) for one in store.read(list_raw)] == [("berlin", "4"), ("Global", "2")]
    assert len(store.read(list_quarantine)) == 1
