"""How much is owed, exactly, whatever lies behind in history."""

from __future__ import annotations

from functools import partial

from builders import generated, overdue
from duebell.storage.owed import events_recorded, oldest_waiting, owed_by_state, waiting_up_to
from duebell.storage.replay import latest
from duebell.storage.skip import skip_event
from unit.operations.conftest import Desk, refusing


async def test_what_waits_and_what_ended_badly_is_counted_by_handler(desk: Desk) -> None:
    assert (desk.read(owed_by_state), desk.read(oldest_waiting), desk.read(events_recorded)) == ({1: {}, 2: {}}, None, 0)
    desk.targets["OdooCRM"].answer = refusing("invoice.overdue")
    desk.record(generated("one"), overdue("two"), overdue("three"))
    await desk.dispatch("OdooCRM")
    (skipped,) = desk.record(generated("four"))
    desk.write(partial(skip_event, event_id=skipped, because="told by phone", now=desk.clock(), handler="OdooCRM"))
    assert desk.read(owed_by_state) == {1: {"refused": 2, "skipped": 1}, 2: {"waiting": 4}}
    assert desk.read(events_recorded) == 4


async def test_the_oldest_that_waits_is_the_one_owed_longest(desk: Desk) -> None:
    desk.record(generated("one"))
    await desk.dispatch()
    desk.clock.advance(minutes=5)
    desk.record(generated("two"))
    later = desk.clock()
    desk.clock.advance(minutes=5)
    desk.record(generated("three"))
    assert desk.read(oldest_waiting) == later


async def test_what_is_left_of_what_was_owed_at_a_moment_is_counted(desk: Desk) -> None:
    desk.record(generated("one"), generated("two"))
    last = desk.read(latest)
    desk.record(generated("three"))
    assert desk.read(partial(waiting_up_to, handler_id=1, last=last)) == 2
    await desk.dispatch("OdooCRM")
    assert desk.read(partial(waiting_up_to, handler_id=1, last=last)) == 0
    assert desk.read(partial(waiting_up_to, handler_id=2, last=last)) == 2
