"""What every engine's queue keeps to: what may leave, in which order, and what settling makes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from stored import Stored, stored

from builders import NOON, Clock, generated, overdue, paid, restored, suspended
from duebell.espf.envelope import Happening
from duebell.espf.handler import NotAttempted, Outcome, Owed, Provisioned, RefusalKind, Refused, TryAgain
from duebell.espf.provisioning import Call
from duebell.espf.queue import HandlerState, Look
from duebell.espf.retry import RetryPolicy
from duebell.storage import alarms
from duebell.storage.queue import SqlQueue
from duebell.storage.recorder import record
from duebell.storage.skip import skip_event
from duebell.storage.store import Store
from duebell.storage.subscriptions import Change, change_subscriptions
from duebell.storage.switches import disable, enable, pause, resume
from engines import Engine, with_handlers

ODOO, WEBHOOK = 1, 2
LATER = timedelta(minutes=10)
DONE = Provisioned("r")


@dataclass
class Line:
    """A queue over an empty store with two handlers, and a clock."""

    store: Store
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.queue = SqlQueue(self.store)

    def record(self, *happenings: Happening) -> list[str]:
        """The ids."""
        recorded = self.store.write(lambda connection: record(connection, happenings, self.clock())).result()
        return [one.id for one in recorded]

    async def look(self, handler: int = ODOO, *, limit: int = 100, lines: int = 100, without: Sequence[int] = ()) -> Look:
        return await self.queue.look(handler, limit=limit, lines=lines, without=without, now=self.clock())

    async def take(self, **other: Any) -> list[Owed]:
        return list((await self.look(**other)).batch)

    async def settle(self, batch: Sequence[Owed], outcome: Outcome = DONE) -> None:
        """All of them alike."""
        call = Call(started_at=self.clock(), ended_at=self.clock(), policy=RetryPolicy(), jitter=0.0)
        await self.queue.settle([call.settle(owed, outcome, head=True) for owed in batch])

    def operate(self, operation: Any, *arguments: Any) -> Any:
        return self.store.write(lambda connection: operation(connection, *arguments)).result()

    @property
    def stored(self) -> Stored:
        return self.store.read(stored)


@pytest.fixture
def line(engine: Engine) -> Iterator[Line]:
    store = with_handlers(engine.new(), ["OdooCRM", "Webhook"], NOON)
    yield Line(store)
    store.close()


def types(batch: Sequence[Owed]) -> list[str]:
    return [owed.type for owed in batch]


# --- what may leave -----------------------------------------------------------------------------------------------------


async def test_a_customers_events_leave_together_in_the_order_in_which_they_were_recorded(line: Line) -> None:
    line.record(generated(), overdue())
    line.record(suspended())
    assert types(await line.take()) == ["invoice.generated", "invoice.overdue", "customer.suspended"]


async def test_what_is_put_off_keeps_back_what_is_behind_it_and_nobody_else(line: Line) -> None:
    line.record(overdue(), suspended(), generated("the-shop"))
    batch = await line.take()
    await line.settle([owed for owed in batch if owed.type == "invoice.overdue"], TryAgain("not now"))
    assert types(await line.take()) == ["invoice.generated"]

    line.clock.at += LATER
    assert types(await line.take()) == ["invoice.overdue", "customer.suspended", "invoice.generated"]


async def test_who_is_in_a_call_is_left_out(line: Line) -> None:
    line.record(overdue("john-doe"), generated("the-shop"))
    first, second = await line.take()
    assert await line.take(without=[first.stream]) == [second]
    assert await line.take(without=[first.stream, second.stream]) == []


async def test_the_most_urgent_leave_first_and_among_equals_who_has_been_owed_longest(line: Line) -> None:
    line.record(generated("a"), generated("b"), overdue("c"), suspended("d"), restored("e"), overdue("f"))
    batch = await line.take()
    assert types(batch)[:2] == ["customer.suspension_removed", "customer.suspended"]
    assert types(batch)[2:] == ["invoice.overdue"] * 2 + ["invoice.generated"] * 2
    overdues, invoices = ([owed.provisioning for owed in batch[at : at + 2]] for at in (2, 4))
    assert overdues == sorted(overdues)
    assert invoices == sorted(invoices)


async def test_the_head_says_how_urgent_a_line_is_for_nothing_overtakes_it(line: Line) -> None:
    line.record(generated("john-doe"), suspended("john-doe"), overdue("the-shop"))
    assert types(await line.take(limit=1)) == ["invoice.overdue"]


async def test_no_more_leave_than_the_limit_and_a_long_line_leaves_room_for_the_others(line: Line) -> None:
    line.record(*(generated("busy", f"INV-{number}") for number in range(50)))
    line.record(*(generated(f"customer-{number}") for number in range(4)))
    batch = await line.take(limit=10)
    assert len(batch) <= 10
    assert len({owed.stream for owed in batch}) == 5


async def test_so_few_lines_leave_as_are_asked_for(line: Line) -> None:
    line.record(*(make(f"customer-{number}") for number in range(4) for make in (generated, overdue)))
    batch = await line.take(limit=10, lines=2)
    assert len({owed.stream for owed in batch}) == 2
    assert len(batch) == 4


async def test_everybody_gets_his_turn(line: Line) -> None:
    for number in range(3):
        line.record(*(generated(f"customer-{customer}", f"INV-{number}") for customer in range(12)))
    turns: list[int] = []
    while batch := await line.take(limit=4):
        turns += [owed.stream for owed in batch]
        await line.settle(batch)
    # as often as anybody else at any time, give or take one
    for so_far in range(len(turns)):
        counts = [turns[:so_far].count(stream) for stream in set(turns)]
        assert max(counts) - min(counts) <= 1
    assert len(turns) == 36


async def test_handlers_dont_wait_for_each_other(line: Line) -> None:
    line.record(generated())
    await line.settle(await line.take(handler=ODOO))
    assert await line.take(handler=ODOO) == []
    assert types(await line.take(handler=WEBHOOK)) == ["invoice.generated"]


async def test_a_handler_that_is_paused_disabled_or_not_up_is_given_nothing_and_told_why(line: Line) -> None:
    line.record(generated())
    line.operate(pause, "OdooCRM", "Odoo is being moved.", NOON)
    look = await line.look()
    assert (look.batch, look.next_due, look.row.paused_because) == ((), None, "Odoo is being moved.")
    line.operate(resume, "OdooCRM")
    line.operate(disable, "OdooCRM", NOON)
    look = await line.look()
    assert (look.batch, look.row.enabled) == ((), False)
    line.operate(enable, "OdooCRM")
    await line.queue.set_state(ODOO, HandlerState.DOWN, "It does not answer.", NOON)
    look = await line.look()
    assert (look.batch, look.row.because) == ((), "It does not answer.")
    await line.queue.set_state(ODOO, HandlerState.UP, None, NOON)
    assert types(await line.take()) == ["invoice.generated"]


async def test_what_is_owed_stays_owed_whatever_becomes_of_the_subscription(line: Line) -> None:
    line.record(generated("john-doe"))
    line.operate(change_subscriptions, "OdooCRM", "invoice.*", Change(enabled=False))
    line.record(generated("the-shop"))
    assert [owed.type for owed in await line.take()] == ["invoice.generated"]
    assert ("OdooCRM", "the-shop") not in line.stored.lines
    assert ("Webhook", "the-shop") in line.stored.lines


async def test_the_next_moment_is_that_of_the_earliest_head_that_is_in_no_call(line: Line) -> None:
    assert (await line.look()).next_due is None
    line.record(overdue("john-doe"), overdue("the-shop"))
    first, second = await line.take()
    await line.settle([first], TryAgain("not now", not_before=NOON + 2 * LATER))
    await line.settle([second], TryAgain("not now", not_before=NOON + LATER))
    assert (await line.look()).next_due == NOON + LATER
    assert (await line.look(without=[second.stream])).next_due == NOON + 2 * LATER
    assert (await line.look(without=[first.stream, second.stream])).next_due is None


async def test_each_event_comes_with_all_that_travels_beside_it(line: Line) -> None:
    _, paid_id = line.record(generated(), paid())
    first, _ = await line.take()
    assert (first.replay, first.attempts, first.first_attempt_at) == (0, 0, None)
    assert first.superseded_by
    assert (first.superseded_by.event_id, first.superseded_by.type) == (paid_id, "invoice.paid")
    assert first.notify_by == NOON + timedelta(hours=48)
    assert json.loads(first.cloud_event)["sequence"] == "00000000000000000001"

    await line.settle([first], TryAgain("not now"))
    line.clock.at += LATER
    again, _ = await line.take()
    assert (again.key, again.attempts, again.first_attempt_at) == (first.key, 1, NOON)


# --- settling -----------------------------------------------------------------------------------------------------------


async def test_a_line_moves_up_with_the_settling_of_what_was_before(line: Line) -> None:
    line.record(generated(), overdue(), suspended())
    first, second, _ = await line.take()
    await line.settle([first, second])
    assert types(await line.take()) == ["customer.suspended"]
    assert len(line.stored.heads(("OdooCRM", "john-doe"))) == 1


async def test_an_event_that_is_refused_lets_its_line_pass_and_is_one_alarm_with_its_count(line: Line) -> None:
    line.record(generated("john-doe"), overdue("john-doe"), generated("the-shop"))
    batch = [owed for owed in await line.take() if owed.type == "invoice.generated"]
    await line.settle(batch, Refused("invoice.total: not an amount", RefusalKind.EVENT))
    assert types(await line.take()) == ["invoice.overdue"]
    (alarm,) = line.store.read(alarms.standing)
    assert (alarm["cause"], alarm["count"]) == ("events refused", 2)


async def test_every_try_is_kept_and_what_was_not_attempted_is_none(line: Line) -> None:
    line.record(generated())
    for outcome in (TryAgain("not now"), NotAttempted("not known yet"), Provisioned("r")):
        await line.settle(await line.take(), outcome)
        line.clock.at += LATER
    ((row,),) = [rows for line_, rows in line.stored.lines.items() if line_[0] == "OdooCRM"]
    assert (row["state"], row["attempts"], row["tries"]) == ("provisioned", 2, ["TryAgain", "Provisioned"])


async def test_what_a_person_skipped_while_it_was_in_a_call_stays_skipped_and_its_line_goes_on(line: Line) -> None:
    skipped, _ = line.record(generated(), overdue())
    first, _ = await line.take()
    line.operate(skip_event, skipped, "A person did it.", NOON)
    await line.settle([first], TryAgain("not now"))
    row, _ = line.stored.lines["OdooCRM", "john-doe"]
    assert (row["state"], row["because"], row["attempts"], row["is_head"]) == ("skipped", "A person did it.", 0, False)
    assert types(await line.take()) == ["invoice.overdue"]


async def test_a_handlers_state_begins_when_it_changes_not_when_it_is_said_again(line: Line) -> None:
    for minutes, state in ((1, HandlerState.DOWN), (2, HandlerState.DOWN), (3, HandlerState.REFUSED), (4, HandlerState.UP)):
        because = None if state is HandlerState.UP else f"after {minutes} minutes"
        await line.queue.set_state(ODOO, state, because, NOON + timedelta(minutes=minutes))
        row = await line.queue.handler(ODOO)
        assert (row.state, row.because) == (state, because)
        assert row.since == NOON + timedelta(minutes={2: 1}.get(minutes, minutes))


async def test_a_target_that_is_gone_is_given_nothing_until_a_person_enables_it(line: Line) -> None:
    line.record(generated())
    await line.queue.disable(ODOO, "It is gone for good.", NOON)
    row = await line.queue.handler(ODOO)
    assert (row.enabled, row.state, row.because) == (False, HandlerState.REFUSED, "It is gone for good.")
    assert await line.take() == []
    assert line.stored.lines["OdooCRM", "john-doe"][0]["state"] == "waiting"
