"""Subscriptions: which events each handler is owed; changes count from the next event on and drop nothing."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import delete

from builders import a_customer, a_happening, a_standing, an_invoice, generated, overdue, paid, usd
from duebell.errors import InvalidValue, Unknown
from duebell.espf.subscription import Filter
from duebell.events import FACTS, InvoiceGenerated
from duebell.storage.founding import found
from duebell.storage.subscriptions import Change, Subscription, change_subscriptions, subscriptions
from duebell.storage.tables import subscription
from unit.operations.conftest import HANDLERS, Desk


def change(desk: Desk, types: str, handler: str = "OdooCRM", **what: object) -> list[Subscription]:
    return desk.write(partial(change_subscriptions, handler_name=handler, event_types=types, change=Change(**what)))


async def test_a_type_that_is_off_is_owed_no_more_and_what_was_owed_is_delivered(desk: Desk) -> None:
    (before,) = desk.record(overdue())
    change(desk, "invoice.overdue", enabled=False)
    (after,) = desk.record(overdue("other"))
    await desk.dispatch()
    assert desk.sent("OdooCRM") == [f"{before}/0"]
    assert desk.sent("Webhook") == [f"{before}/0", f"{after}/0"]
    change(desk, "invoice.overdue", enabled=True)
    (again,) = desk.record(overdue("third"))
    await desk.dispatch()
    assert desk.sent("OdooCRM") == [f"{before}/0", f"{again}/0"]


async def test_only_what_a_filter_wants_is_owed(desk: Desk) -> None:
    change(desk, "invoice.*", customer_classes=frozenset({"business"}), minimum_amount=usd("20"))

    def bill(customer_class: str, total: str) -> InvoiceGenerated:
        customer = a_customer(customer_class, customer_class=customer_class)
        return InvoiceGenerated(customer=customer, standing=a_standing(), invoice=an_invoice(total, total=total))

    _, small, wanted = desk.record(
        *(a_happening(bill(*one)) for one in (("standard", "30"), ("business", "19.99"), ("business", "20")))
    )
    await desk.dispatch()
    assert desk.sent("OdooCRM") == [f"{wanted}/0"]
    assert len(desk.sent("Webhook")) == 3
    change(desk, "invoice.*", minimum_amount=usd("5"))
    assert desk.owed(small) == []  # what was recorded before isn't owed afterwards
    change(desk, "invoice.*", clear=True)
    (all_again,) = desk.record(generated())
    assert desk.owed(all_again) == [(0, "waiting", None)]


def test_what_is_not_given_stays_and_clear_forgets_it(desk: Desk) -> None:
    change(desk, "invoice.paid", enabled=False, companies=frozenset({"Example Telecom"}))
    (row,) = change(desk, "invoice.paid", currencies=frozenset({"USD"}))
    assert (row.enabled, row.filter) == (
        False,
        Filter(companies=frozenset({"Example Telecom"}), currencies=frozenset({"USD"})),
    )
    (row,) = change(desk, "invoice.paid", enabled=True, clear=True, currencies=frozenset({"EUR"}))
    assert (row.enabled, row.filter) == (True, Filter(currencies=frozenset({"EUR"})))
    assert row in desk.read(subscriptions)
    assert desk.read(partial(subscriptions, handler_name="Webhook"))[0].filter == Filter()


def test_several_types_are_changed_at_once_and_shown_in_the_order_of_the_language(desk: Desk) -> None:
    assert [row.event_type for row in change(desk, "*", enabled=False)] == list(FACTS)
    assert [row.event_type for row in change(desk, "payment.*", enabled=True)] == ["payment.received", "payment.failed"]
    assert desk.record(generated(), paid())
    assert desk.ids(handler="OdooCRM") == []


def test_nothing_is_changed_where_there_is_nothing_or_nothing_would_be_wanted(desk: Desk) -> None:
    with pytest.raises(Unknown, match=r"OdooCRM has no subscription to 'invoice.lost': `duebell subscriptions list`"):
        change(desk, "invoice.lost", enabled=False)
    with pytest.raises(Unknown, match="There is no handler 'Odoo'"):
        change(desk, "*", "Odoo", enabled=False)
    with pytest.raises(Unknown, match="There is no handler 'Odoo'"):
        desk.read(partial(subscriptions, handler_name="Odoo"))
    before = desk.read(subscriptions)
    with pytest.raises(InvalidValue, match=r"No event is in EUR and of at least 5\.00 USD"):
        change(desk, "*", currencies=frozenset({"EUR"}), minimum_amount=usd("5"))
    assert desk.read(subscriptions) == before


def test_what_a_newer_release_can_tell_besides_goes_to_every_handler_in_use(desk: Desk) -> None:
    # given a database from before there was `payment.failed`
    desk.write(
        lambda connection: connection.execute(delete(subscription).where(subscription.c.event_type == "payment.failed"))
    )
    desk.write(lambda connection: found(connection, HANDLERS, "Global", desk.clock()))
    assert [one.handler for one in desk.read(subscriptions) if one.event_type == "payment.failed"] == list(HANDLERS)
