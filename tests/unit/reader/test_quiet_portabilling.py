"""An operator hears that PortaBilling has sent nothing for too long on working days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from builders import Clock
from duebell.sources.quiet import Quiet
from duebell.storage import alarms
from duebell.storage.sources import ensure_source
from duebell.storage.store import Store
from duebell.storage.tables_raw import source
from engines import SqliteMemory

FRIDAY_NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
A_DAY = {"Global": timedelta(hours=24)}


@pytest.fixture
def store() -> Store:
    store = SqliteMemory().new()
    store.write(lambda connection: ensure_source(connection, "Global", FRIDAY_NOON)).result()
    came(store, FRIDAY_NOON)
    return store


def came(store: Store, at: datetime) -> None:
    store.write(lambda connection: connection.execute(update(source).values(last_event_at=at))).result()


def standing(store: Store) -> list[str]:
    return [one["cause"] for one in store.read(alarms.standing)]


async def test_a_weekend_is_no_silence_and_the_monday_after_it_is(store: Store) -> None:
    clock = Clock(FRIDAY_NOON)
    quiet = Quiet(store, lambda: A_DAY, clock)
    clock.advance(days=2)
    await quiet.look()
    assert standing(store) == []
    clock.advance(days=1, hours=1)
    await quiet.look()
    assert standing(store) == ["quiet Global"]


async def test_the_next_event_ends_it(store: Store) -> None:
    clock = Clock(FRIDAY_NOON + timedelta(days=5))
    quiet = Quiet(store, lambda: A_DAY, clock)
    await quiet.look()
    assert standing(store) == ["quiet Global"]
    came(store, clock())
    await quiet.look()
    assert standing(store) == []


async def test_whoever_wants_no_such_alarm_gets_none(store: Store) -> None:
    await Quiet(store, dict, Clock(FRIDAY_NOON + timedelta(days=50))).look()
    assert standing(store) == []
