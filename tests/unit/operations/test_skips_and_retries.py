"""Skip and retry: what waits is settled by a person, or is due at once; the customer's line keeps its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pytest

from builders import everything_provisioned, generated, overdue, suspended
from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.espf.handler import Outcome, Owed
from duebell.storage.event_filter import EventFilter
from duebell.storage.retry import put_off, retry, retry_event
from duebell.storage.skip import skip_event
from unit.operations.conftest import Desk, postponing


def skip(desk: Desk, event_id: str, because: str = "the customer was told by phone", handler: str | None = None) -> dict:
    return desk.write(partial(skip_event, event_id=event_id, because=because, now=desk.clock(), handler=handler))


def retry_all(desk: Desk, **wanted: str) -> int:
    rows = desk.read(lambda c: put_off(c, EventFilter(**wanted), desk.clock()))
    return desk.write(partial(retry, rows=rows, now=desk.clock()))


async def test_a_skipped_event_is_never_sent_keeps_its_reason_and_lets_its_line_move_on(desk: Desk) -> None:
    desk.targets["OdooCRM"].answer = postponing("invoice.overdue")
    late, off = desk.record(overdue(), suspended())
    await desk.dispatch("OdooCRM")
    assert desk.owed(off) == [(0, "waiting", "An earlier one waits.")]
    shown = skip(desk, late, "  the customer was told by phone ", handler="OdooCRM")
    assert [(one["handler"], one["state"], one["because"]) for one in shown["provisionings"]] == [
        ("OdooCRM", "skipped", "the customer was told by phone"),
        ("Webhook", "waiting", None),
    ]
    desk.targets["OdooCRM"].answer = everything_provisioned
    await desk.dispatch()
    assert desk.sent("OdooCRM") == [f"{late}/0", f"{off}/0", f"{off}/0"]  # the first call had both
    assert desk.owed(off) == [(0, "provisioned", None)]
    assert desk.sent("Webhook") == [f"{late}/0", f"{off}/0"]


async def test_what_is_skipped_while_a_call_with_it_is_out_stays_skipped(desk: Desk) -> None:
    late, off = desk.record(overdue(), suspended())

    def skipped_meanwhile(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        if late in {owed.event_id for owed in batch}:
            skip(desk, late, handler="OdooCRM")
        return everything_provisioned(batch)

    desk.targets["OdooCRM"].answer = skipped_meanwhile
    await desk.dispatch("OdooCRM")
    assert desk.owed(late) == [(0, "skipped", "the customer was told by phone")]
    assert desk.owed(off) == [(0, "provisioned", None)]


def test_a_skip_needs_a_reason_and_something_that_waits(desk: Desk) -> None:
    (event,) = desk.record(generated())
    with pytest.raises(InvalidValue, match="Say why it is skipped"):
        skip(desk, event, "  ")
    with pytest.raises(Unknown, match="There is no handler 'Odoo'"):
        skip(desk, event, handler="Odoo")
    with pytest.raises(Unknown, match="No event has the id"):
        skip(desk, "0000")
    skip(desk, event)
    with pytest.raises(NotPossible, match="there is nothing to skip"):
        skip(desk, event)


async def test_a_retried_event_is_tried_at_once_and_has_its_full_time_again(desk: Desk) -> None:
    desk.targets["OdooCRM"].answer = postponing("invoice.generated")
    (event,) = desk.record(generated())
    await desk.dispatch()
    calls = len(desk.targets["OdooCRM"].calls)
    await desk.dispatch()
    assert len(desk.targets["OdooCRM"].calls) == calls  # it waits out its backoff
    desk.write(partial(retry_event, event_id=event, now=desk.clock()))
    await desk.dispatch()
    assert len(desk.targets["OdooCRM"].calls) == calls + 1

    # given 23 hours more and another retry, the 24 hours until it is given up begin anew
    desk.clock.advance(hours=23)
    desk.write(partial(retry_event, event_id=event, now=desk.clock()))
    await desk.dispatch()
    desk.clock.advance(hours=20)
    await desk.dispatch()
    assert desk.owed(event)[0][1] == "waiting"


async def test_all_that_a_filter_means_is_tried_at_once(desk: Desk) -> None:
    for target in desk.targets.values():
        target.answer = postponing("invoice.generated", "invoice.overdue")
    desk.record(generated("one"), generated("two"), overdue("three"), suspended("three"))
    await desk.dispatch()
    for target in desk.targets.values():
        target.answer = everything_provisioned
    assert retry_all(desk, customer="nobody") == 0
    assert retry_all(desk, type="invoice.overdue", handler="Webhook") == 1
    await desk.dispatch()
    assert [event["customer"] for event in desk.list(state="provisioned").events] == ["three", "three"]
    assert retry_all(desk, handler="OdooCRM") == 3
    assert retry_all(desk, state="waiting") == 2  # Webhook's of one and two
    await desk.dispatch()
    assert desk.ids(state="waiting") == []


def test_only_what_waits_can_be_retried(desk: Desk) -> None:
    (event,) = desk.record(generated())
    with pytest.raises(
        InvalidValue, match="What is refused doesn't wait any more: to send it anew use `duebell events replay`"
    ):
        retry_all(desk, state="refused")
    skip(desk, event)
    with pytest.raises(NotPossible, match="to send it anew use `duebell events replay`"):
        desk.write(partial(retry_event, event_id=event, now=desk.clock()))
