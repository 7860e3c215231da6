"""The history of Verify holds what each run found, for a group's last hundred."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOON
from duebell.configuration.check import Check, Result
from duebell.storage.store import Store
from duebell.storage.verify_history import KEPT, Run, keep_run, note_applied, runs
from engines import Engine


@pytest.fixture
def store(engine: Engine) -> Iterator[Store]:
    store = engine.new()
    yield store
    store.close()


def a_run(number: int = 0, group: str = "OdooCRM", *, passed: bool = True) -> Run:
    checks = [
        Check(slug="url", title="API_URL is an address", result=Result.PASSED, found="“https://odoo.example.com”"),
        Check(slug="key", title="Odoo accepts the key", result=Result.FAILED, found="It doesn't.", hint="Make a new one."),
    ]
    return Run(
        environment="Global",
        group=group,
        began_at=NOON + timedelta(hours=number),
        who="chief",
        applied=passed,
        checks=checks[: 1 if passed else 2],
    )


def keep(store: Store, *kept: Run) -> None:
    for run in kept:
        store.write(lambda connection, run=run: keep_run(connection, run)).result()  # type: ignore[misc]


def test_a_run_is_read_as_it_was_kept_the_newest_first(store: Store) -> None:
    keep(store, a_run(1), a_run(2, passed=False))

    assert store.read(lambda c: runs(c, "Global", "OdooCRM")) == [a_run(2, passed=False), a_run(1)]
    assert [check.slug for check in a_run(passed=False).failed] == ["key"]


def test_it_is_noted_that_what_a_run_proved_is_in_force(store: Store) -> None:
    keep(store, a_run(1))
    number = store.write(lambda c: keep_run(c, replace(a_run(2), applied=False))).result()
    assert not store.read(lambda c: runs(c, "Global", "OdooCRM"))[0].applied

    store.write(lambda c: note_applied(c, number)).result()

    assert store.read(lambda c: runs(c, "Global", "OdooCRM")) == [a_run(2), a_run(1)]


def test_each_group_has_a_history_of_its_own(store: Store) -> None:
    keep(store, a_run(1), a_run(2, "Webhook"))

    assert store.read(lambda c: runs(c, "Global", "Webhook")) == [a_run(2, "Webhook")]
    assert store.read(lambda c: runs(c, "Elsewhere", "OdooCRM")) == []


def test_the_last_hundred_of_a_group_are_kept(store: Store) -> None:
    keep(store, a_run(0, "Webhook"), *map(a_run, range(KEPT + 3)))

    kept = store.read(lambda c: runs(c, "Global", "OdooCRM", limit=1000))
    assert [run.began_at for run in kept] == [a_run(number).began_at for number in range(KEPT + 2, 2, -1)]
    assert len(store.read(lambda c: runs(c, "Global", "Webhook"))) == 1
