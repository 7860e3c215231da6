"""The queue of raw events keeps to what every queue does: what may leave, in which order, and what settling makes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from builders import NOON, Clock
from duebell.espf.handler import NotAttempted, Outcome, Owed, Provisioned, RefusalKind, Refused, TryAgain
from duebell.espf.provisioning import Call
from duebell.espf.queue import HandlerState, Look
from duebell.espf.retry import RetryPolicy
from duebell.portabilling.raw import owed_raw, read_raw
from duebell.storage import alarms
from duebell.storage.raw_events import KeptRaw, discard_raw, list_raw, retry_failed, retry_raw
from duebell.storage.raw_queue import RawQueue
from duebell.storage.raw_taking import Arrival, take
from duebell.storage.sources import all_sources, ensure_source, pause_source, resume_source
from duebell.storage.store import Store
from engines import Engine

LATER = timedelta(minutes=10)
DONE = Provisioned("0b4d,77aa")


@dataclass
class Inlet:
    """A queue over an empty store with two sources, and a clock."""

    store: Store
    clock: Clock = field(default_factory=Clock)
    leads: bool = True

    def __post_init__(self) -> None:
        self.queue = RawQueue(self.store, lambda: self.leads)
        self.source = self.operate(ensure_source, "Global", NOON).id
        self.other = self.operate(ensure_source, "berlin", NOON).id

    def take(self, i_event: int, i_customer: int, environment: str = "Global") -> None:
        variables = {"i_event": i_event, "i_customer": i_customer}
        body = json.dumps({"event_type": "Customer/Status/Suspend", "variables": variables}).encode()
        raw = read_raw(body, environment=environment, received_at=self.clock())
        arrival = Arrival(environment=environment, body=body, size=len(body), digest="", received_at=self.clock(), raw=raw)
        self.operate(take, [arrival])

    async def look(
        self, source: int | None = None, *, limit: int = 100, lines: int = 100, without: Sequence[int] = ()
    ) -> Look:
        return await self.queue.look(source or self.source, limit=limit, lines=lines, without=without, now=self.clock())

    async def owed(self, **other: Any) -> list[Owed]:
        return list((await self.look(**other)).batch)

    async def settle(self, batch: Sequence[Owed], outcome: Outcome = DONE) -> None:
        call = Call(started_at=self.clock(), ended_at=self.clock(), policy=RetryPolicy(), jitter=0.0)
        await self.queue.settle([call.settle(owed, outcome, head=True) for owed in batch])

    def operate(self, operation: Any, *arguments: Any) -> Any:
        return self.store.write(lambda connection: operation(connection, *arguments)).result()

    def kept(self) -> dict[str, KeptRaw]:
        return {one.i_event: one for one in self.store.read(list_raw)}

    def standing(self) -> list[str]:
        return [alarm["cause"] for alarm in self.store.read(alarms.standing)]


@pytest.fixture
def inlet(engine: Engine) -> Iterator[Inlet]:
    store = engine.new()
    yield Inlet(store)
    store.close()


def ids(batch: Sequence[Owed]) -> list[str]:
    return [owed.event_id for owed in batch]


async def test_a_customers_events_leave_together_in_the_order_in_which_they_came(inlet: Inlet) -> None:
    for i_event, customer in ((1, 5), (2, 6), (3, 5)):
        inlet.take(i_event, customer)
    assert ids(await inlet.owed()) == ["1", "3", "2"]


async def test_each_comes_as_the_raw_event_that_was_sent(inlet: Inlet) -> None:
    inlet.take(1, 5)
    (owed,) = await inlet.owed()
    raw = owed_raw(owed)
    assert (raw.environment, raw.i_event, raw.type, raw.at) == ("Global", "1", "Customer/Status/Suspended", NOON)
    assert raw.variables == {"i_event": "1", "i_customer": "5"}
    assert (owed.recorded_at, owed.attempts, owed.first_attempt_at) == (NOON, 0, None)


async def test_what_is_put_off_keeps_back_what_is_behind_it_and_nobody_else(inlet: Inlet) -> None:
    for i_event, customer in ((1, 5), (2, 5), (3, 6)):
        inlet.take(i_event, customer)
    first, *_ = await inlet.owed()
    await inlet.settle([first], TryAgain("not now"))
    assert ids(await inlet.owed()) == ["3"]

    inlet.clock.at += LATER
    first, *_ = await inlet.owed()
    assert (first.event_id, first.attempts, first.first_attempt_at) == ("1", 1, NOON)
    assert ids(await inlet.owed()) == ["1", "2", "3"]


async def test_who_is_in_a_call_is_left_out(inlet: Inlet) -> None:
    inlet.take(1, 5)
    inlet.take(2, 6)
    first, second = await inlet.owed()
    assert await inlet.owed(without=[first.stream]) == [second]
    assert await inlet.owed(without=[first.stream, second.stream]) == []


async def test_no_more_leave_than_the_limit_and_a_long_line_leaves_room_for_the_others(inlet: Inlet) -> None:
    for i_event in range(50):
        inlet.take(i_event, 5)
    for i_event in range(50, 54):
        inlet.take(i_event, i_event)
    batch = await inlet.owed(limit=10)
    assert len(batch) <= 10
    assert len({owed.stream for owed in batch}) == 5
    assert len({owed.stream for owed in await inlet.owed(limit=10, lines=2)}) == 2


async def test_sources_dont_wait_for_each_other(inlet: Inlet) -> None:
    inlet.take(1, 5)
    inlet.take(1, 5, "berlin")
    await inlet.settle(await inlet.owed())
    assert await inlet.owed() == []
    assert ids(await inlet.owed(source=inlet.other)) == ["1"]


async def test_a_source_that_is_paused_down_or_led_by_another_process_is_given_nothing(inlet: Inlet) -> None:
    inlet.take(1, 5)
    inlet.operate(pause_source, "Global", "The API is being moved.", NOON)
    look = await inlet.look()
    assert (look.batch, look.next_due, look.row.paused_because) == ((), None, "The API is being moved.")
    inlet.operate(resume_source, "Global")
    await inlet.queue.set_state(inlet.source, HandlerState.DOWN, "It does not answer.", NOON)
    assert await inlet.owed() == []
    await inlet.queue.set_state(inlet.source, HandlerState.UP, None, NOON)
    inlet.leads = False
    look = await inlet.look()
    assert (look.batch, look.row.enabled) == ((), False)
    inlet.leads = True
    assert ids(await inlet.owed()) == ["1"]


async def test_the_next_moment_is_that_of_the_earliest_head_that_is_in_no_call(inlet: Inlet) -> None:
    assert (await inlet.look()).next_due is None
    inlet.take(1, 5)
    inlet.take(2, 6)
    first, second = await inlet.owed()
    await inlet.settle([first], TryAgain("not now", not_before=NOON + 2 * LATER))
    await inlet.settle([second], TryAgain("not now", not_before=NOON + LATER))
    assert (await inlet.look()).next_due == NOON + LATER
    assert (await inlet.look(without=[second.stream])).next_due == NOON + 2 * LATER


async def test_a_sources_state_begins_when_it_changes_and_is_one_alarm_until_it_is_up(inlet: Inlet) -> None:
    for minutes, state in ((1, HandlerState.DOWN), (2, HandlerState.DOWN), (3, HandlerState.REFUSED)):
        await inlet.queue.set_state(inlet.source, state, f"after {minutes} minutes", NOON + timedelta(minutes=minutes))
        row = await inlet.queue.handler(inlet.source)
        assert (row.state, row.because) == (state, f"after {minutes} minutes")
        assert row.since == NOON + timedelta(minutes={2: 1}.get(minutes, minutes))
        assert inlet.standing() == ["source Global"]
    await inlet.queue.set_state(inlet.source, HandlerState.UP, None, NOON + LATER)
    assert inlet.standing() == []


async def test_a_source_that_is_gone_is_given_nothing_until_a_person_resumes_it(inlet: Inlet) -> None:
    inlet.take(1, 5)
    await inlet.queue.disable(inlet.source, "It is gone for good.", NOON)
    row = await inlet.queue.handler(inlet.source)
    assert (row.state, row.paused_because) == (HandlerState.REFUSED, "It is gone for good.")
    assert await inlet.owed() == []


async def test_what_is_done_says_which_events_came_of_it(inlet: Inlet) -> None:
    inlet.take(1, 5)
    await inlet.settle(await inlet.owed())
    done = inlet.kept()["1"]
    assert (done.state, done.reference, done.ended_at) == ("done", "0b4d,77aa", NOON)


async def test_what_was_not_attempted_is_no_try(inlet: Inlet) -> None:
    inlet.take(1, 5)
    await inlet.settle(await inlet.owed(), NotAttempted("an earlier one didn't end"))
    assert (inlet.kept()["1"].state, inlet.kept()["1"].attempts) == ("waiting", 0)


async def test_one_that_is_refused_lets_its_line_pass_and_is_an_alarm_until_a_person_acts(inlet: Inlet) -> None:
    for i_event in (1, 2, 3):
        inlet.take(i_event, 5)
    first, second, third = await inlet.owed()
    await inlet.settle([first, second], Refused("The invoice isn't there.", RefusalKind.EVENT))
    assert ids(await inlet.owed()) == [third.event_id]
    assert inlet.standing() == ["raw refused Global"]

    inlet.operate(discard_raw, first.provisioning, "It was deleted.", NOON)
    assert inlet.standing() == ["raw refused Global"]
    assert inlet.operate(retry_failed, "Global", NOON) == 1
    assert inlet.standing() == []
    assert (inlet.kept()["1"].because, inlet.kept()["2"].state) == ("It was deleted.", "waiting")


async def test_what_is_given_up_after_long_can_be_tried_anew_from_the_beginning(inlet: Inlet) -> None:
    inlet.take(1, 5)
    await inlet.settle(await inlet.owed(), TryAgain("not now"))
    inlet.clock.at += timedelta(days=2)
    (owed,) = await inlet.owed()
    await inlet.settle([owed], TryAgain("still not"))
    assert inlet.kept()["1"].state == "exhausted"
    inlet.operate(retry_raw, owed.provisioning, inlet.clock())
    (again,) = await inlet.owed()
    assert (again.attempts, again.first_attempt_at) == (0, None)


async def test_what_a_person_discarded_while_it_was_in_a_call_stays_so_and_its_line_goes_on(inlet: Inlet) -> None:
    inlet.take(1, 5)
    inlet.take(2, 5)
    first, _ = await inlet.owed()
    inlet.operate(discard_raw, first.provisioning, "A person did it.", NOON)
    await inlet.settle([first], TryAgain("not now"))
    assert (inlet.kept()["1"].state, inlet.kept()["1"].because) == ("discarded", "A person did it.")
    assert ids(await inlet.owed()) == ["2"]


async def test_what_came_before_is_only_counted(inlet: Inlet) -> None:
    inlet.take(1, 5)
    await inlet.settle(await inlet.owed())
    inlet.take(1, 5)
    inlet.take(1, 5, "berlin")
    assert await inlet.owed() == []
    counted = {source.environment: (source.accepted, source.repeated) for source, _ in inlet.store.read(all_sources)}
    assert counted == {"Global": (1, 1), "berlin": (1, 0)}
