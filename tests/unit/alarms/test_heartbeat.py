"""A watchdog hears from us while all is well inside, and only then."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from builders import Clock
from duebell.alarms.group import HeartbeatSettings, Settings
from duebell.alarms.heartbeat import Heartbeat
from duebell.outbound import AllowedHosts
from duebell.storage.alarm_book import SqlAlarmBook
from duebell.storage.sqlite import SqliteStore
from duebell.storage.store import Store
from unit.alarms.receiver import Receiver
from waiting import within


async def nothing_still() -> Sequence[str]:
    return ()


def heartbeat(store: Store, receiver: Receiver, clock: Clock, still: object = nothing_still, every: float = 60) -> Heartbeat:
    settings = HeartbeatSettings(url=receiver.url, every=every, allowed_hosts=AllowedHosts.parse("127.0.0.1"))
    return Heartbeat(settings=lambda: settings, write=SqlAlarmBook(store).beat, standstill=still, now=clock)  # type: ignore[arg-type]


async def test_it_beats_as_often_as_configured(store: Store, receiver: Receiver, clock: Clock) -> None:
    beating = asyncio.create_task(heartbeat(store, receiver, clock, every=0.01).run())
    async with within(30):
        while receiver.beats < 3:
            await asyncio.sleep(0.01)
    beating.cancel()
    await asyncio.wait([beating])


async def test_it_stops_while_storage_cannot_be_written(tmp_path: Path, receiver: Receiver, clock: Clock) -> None:
    store = SqliteStore(tmp_path / "duebell.db")
    heart = heartbeat(store, receiver, clock)
    other = sqlite3.connect(tmp_path / "duebell.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    await heart.beat()
    assert (receiver.beats, heart.sent_at) == (0, None)
    assert "another program has locked it" in str(heart.because)

    other.execute("ROLLBACK")
    other.close()
    await heart.beat()
    assert (receiver.beats, heart.sent_at, heart.because) == (1, clock(), None)
    store.close()


async def test_it_stops_while_deliveries_stand_still(store: Store, receiver: Receiver, clock: Clock) -> None:
    async def odoo_stands_still() -> Sequence[str]:
        return ["delivery to OdooCRM"]

    heart = heartbeat(store, receiver, clock, odoo_stands_still)
    await heart.beat()
    assert (receiver.beats, heart.because) == (0, "Standing still: delivery to OdooCRM.")


async def test_a_watchdog_that_fails_is_shown_without_its_secret_path(
    store: Store, receiver: Receiver, clock: Clock
) -> None:
    receiver.status = 500
    heart = heartbeat(store, receiver, clock)
    await heart.beat()
    assert "answers with HTTP 500" in str(heart.because)
    assert "token-of-the-path" not in str(heart.because)


async def test_without_a_watchdog_nobody_is_called(store: Store, receiver: Receiver, clock: Clock) -> None:
    heart = Heartbeat(
        settings=lambda: Settings.of({}).heartbeat, write=SqlAlarmBook(store).beat, standstill=nothing_still, now=clock
    )
    await heart.beat()
    assert (receiver.beats, heart.because) == (0, None)
