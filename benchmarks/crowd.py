"""The customers and what happened to them: the events that every side is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from duebell.configuration.server import GLOBAL
from duebell.espf.envelope import Envelope, Happening
from duebell.espf.handler import Owed
from duebell.events import (
    Commitment,
    CommitmentStarted,
    Customer,
    CustomerStatus,
    Fact,
    Invoice,
    InvoiceGenerated,
    InvoiceOverdue,
    Standing,
)
from duebell.money import Money

CUSTOMERS = 4500
WITH_SEVERAL = 3
MOST_OF_ONE = 2
"""Each third customer has two events, the others one."""
EVENTS = CUSTOMERS + CUSTOMERS // WITH_SEVERAL

_NEWCOMERS = "Newcomers"
"""The environment of customers whom nobody counts."""
_TERM = timedelta(days=14)


def commitments(now: datetime) -> list[Happening]:
    """One event for each customer that tells him nothing: it makes him known to Odoo, with his contact."""
    return [_happening(_commitment(number, now), now) for number in range(CUSTOMERS)]


def invoices(now: datetime) -> list[Happening]:
    """New and overdue invoices mixed, each of which is told; the second events come after all the first ones.

    Several of one customer are about different invoices, so that none makes another untrue.
    """
    first = [_invoice(number, now, overdue=number % 2 == 1) for number in range(CUSTOMERS)]
    second = [_invoice(number, now, overdue=number % 2 == 0) for number in range(0, CUSTOMERS, WITH_SEVERAL)]
    return [_happening(fact, now) for fact in first + second]


def newcomers(now: datetime) -> Iterator[Owed]:
    """Events of ever new customers, as they go to Odoo: what a server is warmed up with."""
    number = CUSTOMERS
    while True:
        happening = _happening(_invoice(number, now, overdue=False), now, environment=_NEWCOMERS)
        envelope = Envelope(happening=happening, epoch=1, sequence=1, recorded_at=now)
        yield Owed(
            provisioning=number,
            stream=number,
            event_id=str(happening.id),
            replay=0,
            type=happening.fact.type,
            cloud_event=envelope.cloud_event(),
            epoch=1,
            notify_by=now + _TERM,
        )
        number += 1


def notices(now: datetime, *, customers: int, events: int) -> Iterator[Happening]:
    """New invoices, each customer's in turn: event `number` is of customer `number % customers`, and none is like another."""
    for number in range(events):
        yield _happening(_invoice(number % customers, now, overdue=False, before=number // customers), now)


def in_lines(owed: Sequence[Owed], *, lines: int, batch: int) -> list[list[list[Owed]]]:
    """The events spread over lines, each cut into batches; a customer's events stay in order and in one line."""
    spread = [[one for one in owed if one.stream % lines == line] for line in range(lines)]
    return [[line[start : start + batch] for start in range(0, len(line), batch)] for line in spread]


def _happening(fact: Fact, now: datetime, environment: str = GLOBAL) -> Happening:
    return Happening(
        environment=environment,
        source="billing",
        source_id=f"{fact.type}/{fact.customer.external_id}/{fact.subject}",
        company=None,
        occurred_at=now,
        fact=fact,
    )


def _commitment(number: int, now: datetime) -> CommitmentStarted:
    commitment = Commitment(
        reference=f"C-{number}", service="Internet", started_on=now.date(), ends_on=now.date() + timedelta(days=365)
    )
    return CommitmentStarted(customer=_customer(number), standing=_standing(Decimal(0)), commitment=commitment)


def _invoice(number: int, now: datetime, *, overdue: bool, before: int = 0) -> InvoiceGenerated | InvoiceOverdue:
    """The invoice of customer `number` that has so many of the same month before it."""
    total, paid = Decimal(30 + number % 50), Decimal(number % 4 * 5 if overdue else 0)
    due_on = now.date() + (-timedelta(days=1) if overdue else _TERM)
    invoice = Invoice(
        number=f"INV-{due_on:%Y%m}-{number:06d}{'-O' if overdue else ''}{f'-{before}' if before else ''}",
        issued_on=due_on - _TERM,
        due_on=due_on,
        total=_usd(total),
        paid=_usd(paid),
        outstanding=_usd(total - paid),
    )
    fact = InvoiceOverdue if overdue else InvoiceGenerated
    return fact(customer=_customer(number), standing=_standing(total - paid if overdue else Decimal(0)), invoice=invoice)


def _customer(number: int) -> Customer:
    return Customer(
        external_id=f"customer-{number}",
        name=f"Customer {number}",
        reference=f"R-{number:06d}",
        phone=f"+1202555{number % 10_000:04d}",
        email=f"customer{number}@example.com",
        language="en-US" if number % 3 else "es-ES",
        time_zone="America/New_York",
    )


def _standing(overdue: Decimal) -> Standing:
    return Standing(status=CustomerStatus.ACTIVE, total_overdue=_usd(overdue), amount_to_restore=_usd(Decimal(0)))


def _usd(amount: Decimal) -> Money:
    return Money(amount, "USD")
