"""Environments come and go with handlers of their own; nothing is recorded for one that isn't here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builders import NOON
from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.storage import alarms
from duebell.storage.environments import (
    add_environment,
    environments,
    remove_environment,
)
from duebell.storage.handlers import all_handlers
from duebell.storage.store import Store
from duebell.storage.subscriptions import Change, change_subscriptions, subscriptions
from duebell.storage.switches import disable
from engines import Engine, with_handlers


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = with_handlers(engine.new(), ["OdooCRM", "Webhook"], NOON)
    yield store
    store.close()


def add(store: Store, name: str) -> str:
    return store.write(lambda connection: add_environment(connection, name, NOON)).result()


def remove(store: Store, name: str) -> None:
    store.write(lambda connection: remove_environment(connection, name, NOON)).result()


def handlers(store: Store) -> list[tuple[str, str, bool]]:
    return [(row.name, row.environment, row.enabled) for row in store.read(all_handlers)]


def test_global_is_always_there_and_comes_first(store: Store) -> None:
    assert store.read(environments) == ("Global",)
    assert add(store, " berlin ") == "berlin"
    add(store, "Aachen")
    assert store.read(environments) == ("Global", "Aachen", "berlin")


def test_an_environment_has_handlers_of_its_own_in_use_and_subscribed_as_globals_are(store: Store) -> None:
    store.write(lambda c: disable(c, "Webhook", NOON)).result()
    store.write(lambda c: change_subscriptions(c, "OdooCRM", "payment.*", Change(enabled=False))).result()

    add(store, "berlin")

    assert handlers(store)[2:] == [("OdooCRM@berlin", "berlin", True), ("Webhook@berlin", "berlin", False)]
    here, there = (
        [(one.event_type, one.enabled) for one in store.read(lambda c, name=name: subscriptions(c, name))]
        for name in ("OdooCRM", "OdooCRM@berlin")
    )
    assert here == there
    assert ("payment.received", False) in there


@pytest.mark.parametrize("name", ["", "a b", "a/b", "ä", "a" * 65, "a.b", "a@b", "Global", "global", "versions", ".."])
def test_a_name_that_can_t_stand_in_an_address_is_refused(store: Store, name: str) -> None:
    with pytest.raises(InvalidValue, match="environment"):
        add(store, name)
    assert store.read(environments) == ("Global",)


def test_two_environments_differ_by_more_than_capitals(store: Store) -> None:
    add(store, "berlin")
    with pytest.raises(NotPossible, match="'berlin' already"):
        add(store, "Berlin")


def test_one_that_was_not_used_goes_with_its_handlers_and_their_alarms(store: Store) -> None:
    add(store, "berlin")
    for cause in ("handler OdooCRM@berlin", "verify berlin.OdooCRM", "handler OdooCRM"):
        store.write(lambda c, cause=cause: alarms.sound(c, cause, "It is so.", NOON)).result()

    remove(store, "berlin")

    assert store.read(environments) == ("Global",)
    assert [name for name, _, _ in handlers(store)] == ["OdooCRM", "Webhook"]
    assert [one["cause"] for one in store.read(alarms.standing)] == ["handler OdooCRM"]
    assert add(store, "berlin") == "berlin"


def test_global_and_what_is_not_there_can_t_be_removed(store: Store) -> None:
    with pytest.raises(NotPossible, match="Global can't be removed"):
        remove(store, "Global")
    with pytest.raises(Unknown, match="environments list"):
        remove(store, "berlin")
