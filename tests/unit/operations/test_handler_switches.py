"""What an operator switches of a handler: nothing is told where it shouldn't be, and nothing that is owed is ever dropped."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import delete

from builders import generated, overdue
from duebell.configuration.server import GLOBAL
from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.espf.queue import HandlerState
from duebell.events import FACTS
from duebell.storage.founding import added, found
from duebell.storage.handlers import all_handlers, named
from duebell.storage.queue import disable_handler, set_handler_state
from duebell.storage.subscriptions import Change, change_subscriptions, subscriptions
from duebell.storage.switches import disable, enable, pause, resume
from duebell.storage.tables import subscription
from unit.operations.conftest import HANDLERS, Desk


def pause_odoo(desk: Desk, because: str = "Odoo is being upgraded") -> None:
    desk.write(partial(pause, name="OdooCRM", because=because, now=desk.clock()))


async def test_a_paused_handler_is_owed_everything_and_told_nothing_until_it_is_resumed(desk: Desk) -> None:
    pause_odoo(desk)
    first, second = desk.record(generated(), overdue())
    await desk.dispatch()
    assert desk.sent("OdooCRM") == []
    assert desk.sent("Webhook") == [f"{first}/0", f"{second}/0"]
    desk.write(partial(resume, name="OdooCRM"))
    await desk.dispatch()
    assert desk.sent("OdooCRM") == [f"{first}/0", f"{second}/0"]


def test_a_pause_has_a_reason_and_its_beginning_and_the_newest_reason_counts(desk: Desk) -> None:
    with pytest.raises(InvalidValue, match="Say why it is paused"):
        pause_odoo(desk, "  ")
    pause_odoo(desk)
    began = desk.clock()
    desk.clock.advance(hours=1)
    pause_odoo(desk, "Odoo has a new server")
    row = desk.read(partial(named, name="OdooCRM"))
    assert (row.paused_at, row.paused_because) == (began, "Odoo has a new server")
    desk.write(partial(resume, name="OdooCRM"))
    row = desk.read(partial(named, name="OdooCRM"))
    assert (row.paused_at, row.paused_because) == (None, None)
    with pytest.raises(NotPossible, match="OdooCRM is not paused"):
        desk.write(partial(resume, name="OdooCRM"))


async def test_a_disabled_handler_is_owed_nothing_new_and_keeps_what_it_is_owed(desk: Desk) -> None:
    (owed,) = desk.record(generated())
    desk.write(partial(disable, name="OdooCRM", now=desk.clock()))
    (not_owed,) = desk.record(overdue())
    await desk.dispatch()
    assert desk.sent("OdooCRM") == []
    assert (desk.owed(owed), desk.owed(not_owed)) == ([(0, "waiting", None)], [])
    desk.write(partial(enable, name="OdooCRM"))
    (owed_again,) = desk.record(generated(number="INV-2"))
    await desk.dispatch()
    assert desk.sent("OdooCRM") == [f"{owed}/0", f"{owed_again}/0"]


def test_enabling_subscribes_to_all_types_and_keeps_what_was_set_before(desk: Desk) -> None:
    off = partial(change_subscriptions, handler_name="OdooCRM", event_types="invoice.paid", change=Change(enabled=False))
    desk.write(off)
    before = desk.read(partial(subscriptions, handler_name="OdooCRM"))
    desk.write(partial(disable, name="OdooCRM", now=desk.clock()))
    desk.write(partial(enable, name="OdooCRM"))
    assert desk.read(partial(subscriptions, handler_name="OdooCRM")) == before
    assert [one.event_type for one in before if not one.enabled] == ["invoice.paid"]


def test_enabling_subscribes_to_what_is_new_in_this_release(desk: Desk) -> None:
    # given that the type came while the handler was disabled
    desk.write(partial(disable, name="OdooCRM", now=desk.clock()))
    desk.write(
        lambda connection: connection.execute(delete(subscription).where(subscription.c.event_type == "payment.failed"))
    )
    desk.write(lambda connection: found(connection, HANDLERS, "Global", desk.clock()))
    to = lambda name: [one.event_type for one in desk.read(partial(subscriptions, handler_name=name))]  # noqa: E731
    assert ("payment.failed" in to("OdooCRM"), "payment.failed" in to("Webhook")) == (False, True)
    desk.write(partial(enable, name="OdooCRM"))
    assert to("OdooCRM") == list(FACTS)


def test_what_there_is_not_cannot_be_switched(desk: Desk) -> None:
    for switch in (enable, partial(disable, now=desk.clock()), resume):
        with pytest.raises(Unknown, match="There is no handler 'Odoo': `duebell handlers list` shows them"):
            desk.write(partial(switch, name="Odoo"))


def test_a_database_is_founded_once(desk: Desk) -> None:
    before = desk.read(all_handlers)
    desk.write(partial(disable, name="Webhook", now=desk.clock()))
    desk.write(lambda connection: found(connection, [*HANDLERS, "Other"], "Global", desk.clock()))
    after = desk.read(all_handlers)
    assert [row.name for row in after] == [row.name for row in before]
    assert [row.enabled for row in after] == [True, False]


@pytest.mark.parametrize(("by", "used"), [("a person", False), ("its target", True)])
async def test_a_verified_configuration_puts_a_handler_in_use_again_only_if_its_target_had_gone(
    desk: Desk, by: str, used: bool
) -> None:
    if by == "a person":
        row = desk.read(partial(named, name="Webhook"))
        desk.write(
            partial(set_handler_state, handler_id=row.id, state=HandlerState.DOWN, because="No answer.", now=desk.clock())
        )
        desk.write(partial(disable, name="Webhook", now=desk.clock()))
    else:
        desk.write(
            partial(
                disable_handler, handler_id=desk.read(partial(named, name="Webhook")).id, because="Gone.", now=desk.clock()
            )
        )
    desk.write(partial(added, type_="Webhook", environment=GLOBAL, now=desk.clock()))
    assert desk.read(partial(named, name="Webhook")).enabled is used
