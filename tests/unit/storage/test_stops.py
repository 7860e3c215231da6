"""A stop is in force until it ends, and each handler's target owes its part until it has done it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from builders import NOON
from duebell.errors import InvalidValue, NotPossible
from duebell.storage.founding import added
from duebell.storage.stops import Hold, begin_stop, end_stop, holds, owed_holds, settle_hold, stop_in_force
from duebell.storage.store import Store
from engines import Engine, with_handlers

MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = with_handlers(engine.new(), ["OdooCRM", "Webhook"], NOON)
    yield store
    store.close()


def begin(store: Store, because: str = "A price list is wrong", at: datetime = NOON) -> None:
    store.write(lambda connection: begin_stop(connection, because, "chief", at)).result()


def end(store: Store, at: datetime) -> None:
    store.write(lambda connection: end_stop(connection, "chief", at)).result()


def owed(store: Store, at: datetime) -> list[Hold]:
    return list(store.write(lambda connection: owed_holds(connection, at, MINUTE)).result())


def settle(store: Store, asked: Hold, done_at: datetime | None) -> None:
    store.write(lambda connection: settle_hold(connection, asked, done_at, "It did.")).result()


def test_a_stop_is_in_force_until_it_ends_and_a_new_reason_replaces_the_old_one(store: Store) -> None:
    assert store.read(stop_in_force) is None
    begin(store)
    begin(store, "Another reason", NOON + MINUTE)
    stop = store.read(stop_in_force)
    assert stop is not None
    assert (stop.because, stop.began_at, stop.who) == ("Another reason", NOON, "chief")
    end(store, NOON + 2 * MINUTE)
    assert store.read(stop_in_force) is None
    with pytest.raises(NotPossible, match="nothing was stopped"):
        end(store, NOON + 3 * MINUTE)


def test_a_stop_has_a_reason(store: Store) -> None:
    with pytest.raises(InvalidValue, match="Say why"):
        begin(store, "  ")


def test_every_target_owes_its_part_until_it_has_done_it_and_confirms_it_every_minute(store: Store) -> None:
    begin(store)
    first, second = owed(store, NOON)
    assert [(one.handler, one.wanted) for one in (first, second)] == [("OdooCRM", True), ("Webhook", True)]
    settle(store, first, NOON)
    settle(store, second, None)
    assert [one.handler for one in owed(store, NOON + MINUTE / 2)] == ["Webhook"]
    assert [one.handler for one in owed(store, NOON + MINUTE)] == ["OdooCRM", "Webhook"]
    assert [one.said for one in store.read(holds)] == ["It did.", "It did."]


def test_an_answer_to_what_is_wanted_no_more_settles_nothing(store: Store) -> None:
    begin(store)
    late, _ = owed(store, NOON)
    end(store, NOON + MINUTE)
    settle(store, late, NOON + 2 * MINUTE)
    assert [(one.wanted, one.done_at) for one in owed(store, NOON + 2 * MINUTE)] == [(False, None), (False, None)]


def test_sending_again_is_confirmed_for_an_hour_and_then_left_alone(store: Store) -> None:
    begin(store)
    end(store, NOON)
    for one in owed(store, NOON):
        settle(store, one, NOON)
    assert len(owed(store, NOON + MINUTE)) == 2
    assert owed(store, NOON + timedelta(hours=2)) == []


def test_a_handler_that_is_added_while_nobody_is_told_owes_it_too(engine: Engine) -> None:
    store = with_handlers(engine.new(), ["OdooCRM"], NOON)
    begin(store)
    store.write(lambda connection: added(connection, "Webhook", "Global", NOON)).result()
    assert [one.handler for one in owed(store, NOON)] == ["OdooCRM", "Webhook"]
    store.close()
