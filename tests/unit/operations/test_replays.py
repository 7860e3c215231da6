"""Replay: who is told again, who isn't and why; done twice it owes nothing twice, and each line keeps its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace as changed
from functools import partial

from builders import generated, overdue, paid, restored, suspended
from duebell.espf.handler import Outcome, Owed, Provisioned
from duebell.espf.receipts import Receipt
from duebell.storage.receipts import keep
from duebell.storage.replay import latest
from duebell.storage.switches import disable
from unit.operations.conftest import Desk, postponing, refusing


def telling_nobody(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
    """As Odoo answers where no text is set up."""
    return {owed.provisioning: Provisioned("record", remark="no rule") for owed in batch}


def became(desk: Desk, event_id: str, state: str) -> None:
    """What Odoo says became of the text about an event."""
    receipt = Receipt(id=1, event_id=event_id, replay=0, channel="sms", state=state, because=None, at=desk.clock())
    desk.write(lambda connection: keep(connection, 1, [receipt]))


async def test_a_quiet_replay_owes_everything_settled_anew_and_nothing_that_may_tell(desk: Desk) -> None:
    (event,) = desk.record(generated())
    await desk.dispatch()
    assert desk.replay() == [(event, "timeline", None)]
    assert desk.owed(event) == [(0, "provisioned", None), (1, "waiting", None)]
    await desk.dispatch()
    again = desk.targets["OdooCRM"].calls[-1][0]
    assert (again.key, again.notify_by < desk.clock()) == (f"{event}/1", True)


async def test_a_plan_changes_nothing_and_says_what_is_then_done(desk: Desk) -> None:
    told, untold = desk.record(generated("told"), generated("untold"))
    desk.targets["OdooCRM"].answer = telling_nobody
    await desk.dispatch("OdooCRM")
    became(desk, told, "delivered")
    planned = desk.plan(tell=True)
    assert planned == [(told, "leave out", "told before"), (untold, "tell", None)]
    assert desk.ids(state="waiting", handler="OdooCRM") == []
    assert desk.replay(tell=True) == planned
    assert desk.ids(state="waiting", handler="OdooCRM") == [untold]


async def test_who_was_told_before_is_told_again_only_on_request(desk: Desk) -> None:
    (event,) = desk.record(generated())
    await desk.dispatch()
    assert desk.plan(tell=True) == [(event, "leave out", "told before")]
    assert desk.plan(tell=True, again=True) == [(event, "tell", None)]


async def test_a_text_that_reached_nobody_told_nobody(desk: Desk) -> None:
    failed, sent = desk.record(generated("failed"), generated("sent"))
    await desk.dispatch()
    became(desk, failed, "failed")
    became(desk, sent, "delivered")
    assert desk.plan(tell=True) == [(failed, "tell", None), (sent, "leave out", "told before")]


async def test_what_is_no_longer_true_is_left_out(desk: Desk) -> None:
    desk.targets["OdooCRM"].answer = telling_nobody
    bill, late, off, _, on = desk.record(
        generated("john-doe", "INV-1"), overdue("john-doe", "INV-2"), suspended(), paid("john-doe", "INV-1"), restored()
    )
    await desk.dispatch()
    plan = {event: rest for event, *rest in desk.plan(tell=True)}
    assert plan[bill] == ["leave out", "no longer true: invoice.paid"]
    assert plan[late] == ["tell", None]  # another invoice was paid
    assert plan[off] == ["leave out", "no longer true: customer.suspension_removed"]
    assert plan[on] == ["tell", None]


async def test_what_is_too_old_is_left_out(desk: Desk) -> None:
    desk.targets["OdooCRM"].answer = telling_nobody
    desk.record(suspended())
    await desk.dispatch()
    desk.clock.advance(hours=5)
    assert [action for _, action, _ in desk.plan(tell=True)] == ["tell"]
    desk.clock.advance(hours=2)
    assert [rest for _, *rest in desk.plan(tell=True, again=True)] == [["leave out", "too old"]]


async def test_what_the_target_never_took_reaches_the_timeline_though_it_is_too_late_to_tell(desk: Desk) -> None:
    desk.targets["OdooCRM"].answer = refusing("customer.suspended", "invoice.generated")
    off, bill = desk.record(suspended(), generated())
    await desk.dispatch()
    desk.clock.advance(hours=7)
    assert desk.replay(tell=True, state="refused") == [(off, "timeline", "too old"), (bill, "tell", None)]


async def test_a_replay_tells_no_longer_than_the_event_itself_would_have(desk: Desk) -> None:
    desk.record(generated())
    await desk.dispatch()
    first = desk.targets["OdooCRM"].calls[0][0].notify_by
    desk.clock.advance(hours=10)
    desk.replay(tell=True, again=True)
    await desk.dispatch()
    assert desk.targets["OdooCRM"].calls[-1][0].notify_by == first


async def test_what_waits_is_not_replayed(desk: Desk) -> None:
    (event,) = desk.record(generated())
    desk.targets["OdooCRM"].answer = postponing("invoice.generated")
    await desk.dispatch()
    assert desk.replay() == [(event, "leave out", "still waits")]


async def test_a_disabled_handler_is_owed_nothing_anew(desk: Desk) -> None:
    (event,) = desk.record(generated())
    await desk.dispatch()
    desk.write(partial(disable, name="OdooCRM", now=desk.clock()))
    assert desk.replay() == [(event, "leave out", "the handler is disabled")]


async def test_a_replay_done_twice_owes_nothing_twice(desk: Desk) -> None:
    (event,) = desk.record(generated())
    await desk.dispatch()
    as_of = desk.read(latest)
    assert desk.replay(as_of=as_of) == [(event, "timeline", None)]
    assert desk.replay(as_of=as_of) == [(event, "leave out", "still waits")]
    await desk.dispatch()
    assert desk.replay(as_of=as_of) == [(event, "leave out", "replayed already")]
    assert len(desk.owed(event)) == 2


async def test_replays_go_to_the_end_of_the_line_in_the_order_of_recording(desk: Desk) -> None:
    first, second = desk.record(generated("john-doe", "INV-1"), generated("john-doe", "INV-2"))
    await desk.dispatch()
    (third,) = desk.record(generated("john-doe", "INV-3"))
    desk.replay()
    await desk.dispatch("OdooCRM")
    assert desk.sent("OdooCRM")[2:] == [f"{third}/0", f"{first}/1", f"{second}/1"]


async def test_a_replay_by_state_means_how_the_event_ended_last(desk: Desk) -> None:
    (event,) = desk.record(generated())
    good, desk.targets["OdooCRM"].answer = desk.targets["OdooCRM"].answer, refusing("invoice.generated")
    await desk.dispatch()
    assert desk.replay(state="refused") == [(event, "timeline", None)]
    desk.targets["OdooCRM"].answer = good
    await desk.dispatch()
    assert desk.plan(state="refused") == []


async def test_each_handler_is_replayed_by_itself(desk: Desk) -> None:
    (event,) = desk.record(generated())
    desk.targets["Webhook"].answer = refusing("invoice.generated")
    await desk.dispatch()
    assert desk.replay(handler=None, tell=True) == [(event, "leave out", "told before"), (event, "tell", None)]
    assert [replay for replay, _, _ in desk.owed(event, "Webhook")] == [0, 1]
    assert [replay for replay, _, _ in desk.owed(event, "OdooCRM")] == [0]


async def test_what_billing_says_happened_later_than_now_is_not_told_for_longer(desk: Desk) -> None:
    # given billing's own clock, which may run ahead
    desk.record(changed(suspended(), occurred_at=desk.clock().replace(year=2027)))
    desk.targets["OdooCRM"].answer = telling_nobody
    await desk.dispatch()
    desk.clock.advance(hours=7)
    assert [because for _, _, because in desk.plan(tell=True)] == ["too old"]
