"""What billing tells in the proofs: the same number is the same fact, whoever asks."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from duebell.configuration.server import GLOBAL
from duebell.espf.envelope import Happening
from duebell.events import (
    Customer,
    CustomerStatus,
    CustomerSuspended,
    CustomerSuspensionRemoved,
    Fact,
    Invoice,
    InvoiceGenerated,
    InvoiceOverdue,
    Reason,
    Standing,
)
from duebell.money import Money

CUSTOMERS = 6
_TERM = timedelta(days=14)


def happening(number: int, *, environment: str = GLOBAL) -> Happening:
    """The fact of this number, of one of a few customers; its invoice carries the number, too."""
    fact = _fact(number)
    return Happening(
        environment=environment,
        source="billing",
        source_id=str(number),
        company=None,
        occurred_at=datetime(2026, 11, 1, 12, tzinfo=UTC) + timedelta(seconds=number),
        fact=fact,
    )


def number_of(invoice_number: str) -> int:
    """Which fact an invoice came with."""
    return int(invoice_number.removeprefix("INV-"))


def _fact(number: int) -> Fact:
    chance = random.Random(number)  # noqa: S311 - the same each time
    customer = Customer(external_id=f"customer-{chance.randrange(CUSTOMERS)}", name="A customer", phone="+12025550123")
    standing = Standing(status=CustomerStatus.ACTIVE, total_overdue=_usd(30), amount_to_restore=_usd(30))
    invoice = _invoice(number)
    match chance.randrange(4):
        case 0:
            return InvoiceGenerated(customer=customer, standing=standing, invoice=invoice)
        case 1:
            return InvoiceOverdue(customer=customer, standing=standing, invoice=invoice)
        case 2:
            return CustomerSuspended(customer=customer, standing=standing, invoice=invoice, reason=Reason.NON_PAYMENT)
        case _:
            return CustomerSuspensionRemoved(customer=customer, standing=standing, invoice=invoice, reason=Reason.PAID)


def _invoice(number: int) -> Invoice:
    issued_on = date(2026, 11, 1)
    return Invoice(
        number=f"INV-{number}",
        issued_on=issued_on,
        due_on=issued_on + _TERM,
        total=_usd(30),
        paid=_usd(0),
        outstanding=_usd(30),
    )


def _usd(amount: int) -> Money:
    return Money(Decimal(amount), "USD")
