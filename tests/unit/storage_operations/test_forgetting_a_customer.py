"""A customer who is to be forgotten: nothing here tells who it was any more, and targets are owed the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import pytest
from sqlalchemy import Connection, select

from builders import Target, a_customer, a_happening, a_standing, an_invoice, generated, overdue, paid, usd
from duebell.billing.billing import Billing
from duebell.billing.customer import BillingCustomer
from duebell.configuration.server import GLOBAL
from duebell.duties.erasures import PATIENCE, Erasures
from duebell.errors import ConflictingEvent, NotConfigured, NotPossible, Unknown
from duebell.espf.envelope import Happening, fact_from_json
from duebell.espf.handler import EventHandler, TargetDown
from duebell.espf.provisioning import State
from duebell.espf.queue import HandlerRow
from duebell.espf.upkeep import Forgotten
from duebell.events import InvoiceGenerated, Payment, PaymentReceived
from duebell.storage import alarms
from duebell.storage.forgetting import STRAGGLERS, begin
from duebell.storage.ledger import SqlLedger
from duebell.storage.metadata import metadata
from duebell.storage.tables import event, forgetting, provisioning
from unit.storage_operations.conftest import Books

PERSONAL = ("John", "Doe", "2025550123", "john@example.com", "ES12345", "Visa", "invoice-link", "New_York", "en-US")


@dataclass
class ForgettingTarget(Target):
    """A target that forgets, unless `error` says that it can't now."""

    error: Exception | None = None
    forgot: list[tuple[str, str]] = field(default_factory=list)

    async def forget(self, environment: str, customer: str) -> Forgotten:
        if self.error:
            raise self.error
        self.forgot.append((environment, customer))
        return Forgotten(events=2, messages=3, left=["See what colleagues added."])


def erasures(books: Books, target: EventHandler) -> Erasures:
    @asynccontextmanager
    async def configured(_: HandlerRow) -> AsyncIterator[EventHandler]:
        yield target

    return Erasures(books.store, configured, books.clock, lambda: True)


def someone(number: str = "INV-1") -> Happening:
    """An invoice of a customer of whom billing knows everything."""
    link = "https://example.com/invoice-link"
    fact = InvoiceGenerated(
        customer=a_customer(reference="C-1001", company_name="Doe Ltd", vat_number="ES12345", invoice_contact="Jane Doe"),
        standing=replace(a_standing(), payment_method="Visa 4242"),
        invoice=replace(an_invoice(number), link=link, pay_link=link),
    )
    return a_happening(fact)


def a_payment() -> Happening:
    money = Payment(reference="P-1", amount=usd("30"), method="Visa 4242")
    return a_happening(PaymentReceived(customer=a_customer(), standing=a_standing(), payment=money))


def traces(books: Books) -> set[str]:
    """The tables in which something of the person stands."""

    def query(connection: Connection) -> set[str]:
        return {
            table.name
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
            if any(word in str(value) for value in row for word in PERSONAL)
        }

    return books.store.read(query)


def billed(books: Books) -> None:
    """The same customer, in embedded billing too."""
    known = BillingCustomer(
        external_id="john-doe", name="John Doe", currency="USD", phone="+12025550123", payment_method="Visa 4242"
    )

    def unit(connection: Connection) -> None:
        billing = _billing(books, connection)
        billing.add_customer(known)
        billing.charge("john-doe", "Internet", usd("30"), invoice_now=True)
        billing.pay("john-doe", usd("10"), method="Visa 4242")
        billing.put_on_hold("john-doe", books.clock().date(), "John Doe called: he is ill")

    books.write(unit)


def _billing(books: Books, connection: Connection) -> Billing:
    return Billing(SqlLedger(connection, GLOBAL), lambda _: None, books.clock, GLOBAL, None)


async def test_nothing_here_tells_who_it_was(books: Books) -> None:
    invoiced, charged = books.record(someone(), a_payment())
    because = "customer.phone: +12025550123 can't be called"
    books.settle(invoiced.id, state=State.REFUSED, because=because)
    books.settle(charged.id)
    books.write(partial(alarms.sound, cause="events refused", sentence=because, now=books.clock()))
    billed(books)
    told_of_him = {
        "event",
        "provisioning",
        "attempt",
        "receipt",
        "alarm",
        "billing_account",
        "billing_payment",
        "billing_hold",
    }
    assert told_of_him <= traces(books)
    skipped, (there,) = await erasures(books, ForgettingTarget()).forget(GLOBAL, "john-doe", anyway=False)
    assert (skipped, there.done, there.said) == (
        0,
        True,
        "2 events and 3 messages were emptied. See what colleagues added.",
    )
    assert traces(books) == set()
    # then billing goes on, about nobody
    account = books.write(lambda connection: _billing(books, connection).customer("john-doe"))
    assert (account.customer.name, account.total_outstanding) == ("(erased)", usd("20"))


async def test_ids_amounts_and_dates_stay_and_fit_the_schema(books: Books) -> None:
    (recorded,) = books.record(someone())
    books.settle(recorded.id)
    (before,) = books.rows(event.select())
    await erasures(books, ForgettingTarget()).forget(GLOBAL, "john-doe", anyway=False)
    (after,) = books.rows(event.select())
    assert {name for name in before._fields if getattr(before, name) != getattr(after, name)} == {
        "customer_name",
        "cloud_event",
    }
    left = json.loads(after.cloud_event)
    fact = fact_from_json(left["type"], json.dumps(left.pop("data")))
    assert isinstance(fact, InvoiceGenerated)
    assert (fact.customer.external_id, fact.customer.reference, fact.customer.name) == ("john-doe", "C-1001", "(erased)")
    assert (fact.invoice.number, fact.invoice.total, fact.invoice.issued_on) == ("INV-1", usd("30"), date(2026, 11, 1))
    assert left == {name: value for name, value in json.loads(before.cloud_event).items() if name != "data"}


async def test_the_same_fact_again_is_the_same_event_and_brings_nothing_back(books: Books) -> None:
    (first,) = books.record(someone())
    books.settle(first.id)
    await erasures(books, ForgettingTarget()).forget(GLOBAL, "john-doe", anyway=False)
    (again,) = books.record(someone())
    assert (again.id, again.new, traces(books)) == (first.id, False, set())
    with pytest.raises(ConflictingEvent):
        books.record(generated(total="31"))


async def test_who_waits_is_not_forgotten_unasked_and_then_not_told(books: Books) -> None:
    books.record(someone(), generated("another"))
    duty = erasures(books, ForgettingTarget())
    with pytest.raises(NotPossible, match=r"1 of this customer's events wait to be provisioned: .* add --anyway"):
        await duty.forget(GLOBAL, "john-doe", anyway=False)
    assert books.rows(forgetting.select()) == []
    skipped, _ = await duty.forget(GLOBAL, "john-doe", anyway=True)
    columns = (provisioning.c.state, provisioning.c.because, provisioning.c.is_head)
    assert (skipped, books.rows(select(*columns).order_by(provisioning.c.id))) == (
        1,
        [("skipped", "The customer was forgotten.", False), ("waiting", None, True)],
    )


async def test_others_are_left_alone_and_who_never_was_here_is_said_so(books: Books) -> None:
    books.record(paid("john-doe"), paid("another"))
    before = books.rows(select(event.c.cloud_event).order_by(event.c.number))[1]
    duty = erasures(books, ForgettingTarget())
    await duty.forget(GLOBAL, "john-doe", anyway=True)
    assert books.rows(select(event.c.cloud_event).order_by(event.c.number))[1] == before
    with pytest.raises(Unknown, match="There is no customer 'nobody' in Global"):
        await duty.forget(GLOBAL, "nobody", anyway=True)
    with pytest.raises(Unknown, match="in Elsewhere"):
        await duty.forget("Elsewhere", "john-doe", anyway=True)


async def test_a_target_that_is_down_is_owed_it_until_it_is_done_and_a_person_is_told_if_that_lasts(books: Books) -> None:
    # given an Odoo that is down
    books.settle(books.record(overdue("john-doe"))[0].id)
    target = ForgettingTarget(error=TargetDown("Odoo doesn't answer."))
    _, (there,) = await erasures(books, target).forget(GLOBAL, "john-doe", anyway=False)
    assert (there.done, there.said, traces(books)) == (False, "Odoo doesn't answer.", set())
    # when it stays so for long, over a restart
    duty = erasures(books, target)
    books.clock.at += PATIENCE
    await duty.carry_out()
    assert books.store.read(alarms.standing) == []
    books.clock.advance(minutes=1)
    await duty.carry_out()
    (alarm,) = books.store.read(alarms.standing)
    assert alarm["sentence"] == "A customer is still to be forgotten in OdooCRM. Odoo doesn't answer."
    # then it is done as soon as it is up again, once, and that is over
    target.error = None
    await duty.carry_out()
    await duty.carry_out()
    assert target.forgot == [(GLOBAL, "john-doe")]
    assert books.store.read(alarms.standing) == []


async def test_a_call_that_was_out_at_that_moment_is_caught_up_with(books: Books) -> None:
    books.record(overdue("john-doe"))
    target = ForgettingTarget()
    duty = erasures(books, target)
    await duty.forget(GLOBAL, "john-doe", anyway=True)
    await duty.carry_out()
    assert len(target.forgot) == 1
    books.clock.at += STRAGGLERS
    await duty.carry_out()
    await duty.carry_out()
    assert len(target.forgot) == 2


async def test_what_an_interrupted_forgetting_left_is_erased_later_and_who_comes_back_is_not(books: Books) -> None:
    # given a process that ended right after it had begun, while a call was out
    (recorded,) = books.record(someone())
    books.write(lambda connection: begin(connection, GLOBAL, "john-doe", books.clock(), anyway=True))
    # and a customer who came back since
    books.clock.advance(minutes=1)
    (back,) = books.record(someone("INV-2"))
    books.settle(recorded.id, state=State.SKIPPED, because="+12025550123 can't be called")
    await erasures(books, ForgettingTarget()).carry_out()
    first, second = books.rows(event.select().order_by(event.c.number))
    assert (first.customer_name, second.id, second.customer_name) == ("(erased)", back.id, "John Doe")
    assert traces(books) == {"event", "customer_word"}


async def test_a_target_that_cannot_forget_leaves_it_to_a_person(books: Books) -> None:
    books.record(overdue("john-doe"))
    _, (there,) = await erasures(books, Target()).forget(GLOBAL, "john-doe", anyway=True)
    assert (there.done, there.said) == (True, "Nothing can be erased there from here: ask whoever runs it.")


async def test_a_handler_without_configuration_is_owed_it_too(books: Books) -> None:
    @asynccontextmanager
    async def configured(_: HandlerRow) -> AsyncIterator[EventHandler]:
        raise NotConfigured("Global.OdooCRM is not configured.")
        yield Target()

    books.record(overdue("john-doe"))
    duty = Erasures(books.store, configured, books.clock, lambda: True)
    _, (there,) = await duty.forget(GLOBAL, "john-doe", anyway=True)
    assert (there.done, there.said) == (False, "Global.OdooCRM is not configured.")


async def test_many_events_are_erased_in_several_steps(books: Books) -> None:
    recorded = books.record(*(someone(f"INV-{number}") for number in range(120)))
    books.settle(*(one.id for one in recorded))
    await erasures(books, ForgettingTarget()).forget(GLOBAL, "john-doe", anyway=False)
    assert traces(books) == set()
