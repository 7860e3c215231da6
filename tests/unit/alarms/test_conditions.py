"""What is watched becomes an alarm when it should, ends by itself, and is found without reading what waits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from builders import a_happening, generated, restored
from duebell.events import CustomerSuspended
from duebell.storage import alarms, tables
from duebell.storage.alarm_facts import OLDEST_WAITING, UNHANDLED
from duebell.storage.sqlite import SqliteStore
from unit.alarms.conftest import HANDLER, Watched

WAITING = f"waiting {HANDLER}"


async def test_an_event_that_waits_too_long_is_an_alarm_until_it_left(watched: Watched) -> None:
    watched.record(generated("customer-1"))
    watched.clock.advance(minutes=10)
    watched.record(generated("customer-2"), restored("customer-3"))
    watched.clock.advance(minutes=5)
    await watched.look()
    assert watched.standing() == {}

    watched.clock.advance(minutes=1)
    await watched.look()
    assert watched.standing()[WAITING]["sentence"] == (
        "The oldest event owed to OdooCRM waits since 2026-11-01 12:00 (UTC), longer than 15 min. "
        "OdooCRM takes events: either more come than it takes, or this customer's line is held up."
    )

    watched.provision(1)
    await watched.look()
    assert watched.standing() == {}


async def test_an_alarm_that_lasts_is_counted_once(watched: Watched) -> None:
    watched.record(generated())
    for _ in range(90):
        watched.clock.advance(minutes=1)
        await watched.look()

    assert watched.standing()[WAITING]["count"] == 1
    assert len(watched.subjects) == 1


async def test_why_events_wait_is_said(watched: Watched) -> None:
    watched.record(generated())
    watched.set_handler(state="down", because="Odoo doesn't answer.")
    watched.clock.advance(minutes=20)
    await watched.look()
    assert watched.standing()[WAITING]["sentence"].endswith(
        "OdooCRM is down since 2026-11-01 12:00 (UTC): Odoo doesn't answer."
    )

    watched.set_handler(paused_at=watched.clock(), paused_because="Ask John Doe first")
    await watched.look()
    assert watched.standing()[WAITING]["sentence"].endswith(
        "OdooCRM was paused at 2026-11-01 12:20 (UTC): resume it when it may go on."
    )


async def test_nobody_hears_of_what_waits_for_a_handler_that_is_not_in_use(watched: Watched) -> None:
    watched.record(generated())
    watched.clock.advance(minutes=20)
    await watched.look()
    assert list(watched.standing()) == [WAITING]

    watched.set_handler(enabled=False)
    await watched.look()
    assert watched.standing() == {}


async def test_an_old_event_that_is_replayed_waits_since_its_replay(watched: Watched) -> None:
    watched.record(generated())
    watched.provision(1)
    watched.clock.advance(days=30)
    watched.replay(1)
    watched.record(generated("customer-2"))
    await watched.look()
    assert WAITING not in watched.standing()

    watched.clock.advance(minutes=16)
    await watched.look()
    assert WAITING in watched.standing()


@pytest.mark.parametrize(
    ("query", "parameters", "scans"),
    [
        (OLDEST_WAITING, {"handler": 1}, []),
        (UNHANDLED, {"state": "refused", "since": None}, ["SCAN p USING INDEX provisioning_failed"]),
        (select(func.max(tables.event.c.recorded_at)), {}, []),
    ],
)
def test_however_much_waits_it_is_found_by_seeks(tmp_path: Path, query: Any, parameters: Any, scans: list[str]) -> None:
    store = SqliteStore(tmp_path / "seeks.db")
    rows = store.read(lambda connection: connection.execute(text(f"EXPLAIN QUERY PLAN {query}"), parameters).all())
    store.close()
    plan = [row[3] for row in rows]
    assert [step for step in plan if step.startswith("SCAN")] == scans
    assert any("USING INDEX" in step or "USING COVERING INDEX" in step for step in plan)


@pytest.mark.parametrize("state", ["refused", "exhausted"])
async def test_failed_events_are_over_when_each_was_replayed_or_skipped(watched: Watched, state: str) -> None:
    replayed, skipped = watched.refuse(2, state=state)
    cause = f"events {state}"
    watched.replay(replayed)
    await watched.look()
    assert list(watched.standing()) == [cause]

    watched.write(
        lambda c: c.execute(update(tables.provisioning).where(tables.provisioning.c.id == skipped).values(state="skipped"))
    )
    await watched.look()
    assert watched.standing() == {}


async def test_failed_events_that_a_person_has_seen_hold_up_no_later_all_clear(watched: Watched) -> None:
    watched.refuse(3)
    watched.write(lambda connection: alarms.acknowledge(connection, watched.clock(), "events refused"))
    watched.clock.advance(minutes=1)
    [later] = watched.refuse(1)
    await watched.look()
    assert watched.standing()["events refused"]["count"] == 1

    watched.replay(later)
    await watched.look()
    assert watched.standing() == {}


async def test_an_alarm_begins_with_the_earliest_call_whichever_ended_first(watched: Watched) -> None:
    late, early = watched.clock() + timedelta(seconds=5), watched.clock()
    for moment in (late, early):
        watched.write(lambda connection, at=moment: alarms.sound(connection, "events refused", "Refused.", at))
    assert watched.standing()["events refused"]["since"] == early


async def test_silence_is_an_alarm_until_an_event_comes(watched: Watched) -> None:
    watched.clock.advance(days=3)
    await watched.look()
    assert watched.standing() == {}  # nothing ever came: it isn't in use yet

    watched.record(generated())
    watched.provision(1)
    watched.clock.advance(hours=24, minutes=1)
    await watched.look()
    assert watched.standing()["silence"]["sentence"] == (
        "The latest event was recorded at 2026-11-04 12:00 (UTC): for over 24 h billing has told nothing."
    )
    watched.record(a_happening(CustomerSuspended(**_of_john()), source_id="later"))
    await watched.look()
    assert watched.standing() == {}


def _of_john() -> dict[str, Any]:
    fact = restored().fact
    return {"customer": fact.customer, "standing": fact.standing, "reason": fact.reason}


async def test_silence_counts_in_business_hours_only(watched: Watched) -> None:
    watched.values |= {"Silence_After": "9", "Silence_Counts": "Mon-Fri 08:00-18:00", "Time_Zone": "Europe/Berlin"}
    watched.clock.advance(days=5, hours=4)  # Friday, 16:00 UTC: an hour before the end of business
    watched.record(generated())
    watched.provision(1)
    watched.clock.advance(days=2, hours=22, minutes=59)  # Monday, 15:59 in Berlin: 8:59 h
    await watched.look()
    assert watched.standing() == {}

    watched.clock.advance(minutes=2)
    await watched.look()
    assert list(watched.standing()) == ["silence"]


async def test_silence_can_be_left_unwatched(watched: Watched) -> None:
    watched.values["Silence_After"] = "0"
    watched.record(generated())
    watched.provision(1)
    watched.clock.advance(days=365)
    await watched.look()
    assert watched.standing() == {}


async def test_a_disk_that_is_nearly_full_is_an_alarm_until_space_is_free(watched: Watched) -> None:
    watched.free_space = 499_999_999
    await watched.look()
    assert watched.standing()["disk of here"]["sentence"] == "The data folder's disk has less than 500 MB free."

    watched.free_space = 500_000_000
    await watched.look()
    assert watched.standing() == {}


async def test_of_two_machines_each_has_a_disk_of_its_own(watched: Watched) -> None:
    here, there = watched.duty("here"), watched.duty("there")
    for _ in range(5):
        watched.free_space = 0
        await watched.look(here)
        watched.free_space = 10**12
        await watched.look(there)
        watched.clock.advance(seconds=30)

    assert watched.standing()["disk of here"]["count"] == 1
    assert watched.subjects == ["[Duebell] Alarm: The disk of here is nearly full"]


async def test_a_handler_that_was_put_out_of_use_while_it_was_down_is_no_alarm(watched: Watched) -> None:
    watched.sound(f"handler {HANDLER}")
    watched.set_handler(state="down", enabled=False)
    await watched.look()
    assert watched.standing() == {}


async def test_a_handler_whose_target_is_gone_for_good_stays_an_alarm(watched: Watched) -> None:
    watched.sound(f"handler {HANDLER}")
    watched.set_handler(state="refused", enabled=False)
    await watched.look()
    assert list(watched.standing()) == [f"handler {HANDLER}"]


def test_what_is_owed_grows_in_the_order_of_its_numbers(watched: Watched) -> None:
    """What `OLDEST_WAITING` builds on: of all that waits the lowest number is a head."""
    for number in range(5):
        watched.record(generated("customer-1", f"INV-{number}"), restored(f"customer-{number}"))
    rows = watched.store.read(
        lambda c: c.execute(
            select(tables.provisioning.c.id, tables.provisioning.c.is_head).order_by(tables.provisioning.c.id)
        ).all()
    )
    assert rows[0].is_head
