"""What tests are made of: events, and an event handler whose answers a test decides."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from duebell.billing.customer import BillingCustomer
from duebell.espf.envelope import Happening
from duebell.espf.handler import Outcome, Owed, Provisioned
from duebell.events import (
    Customer,
    CustomerStatus,
    CustomerSuspended,
    CustomerSuspensionRemoved,
    Fact,
    Invoice,
    InvoiceGenerated,
    InvoiceOverdue,
    InvoicePaid,
    Reason,
    Standing,
)
from duebell.money import Money

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
JOHN = BillingCustomer(
    external_id="john-doe",
    name="John Doe",
    currency="USD",
    time_zone="America/New_York",
    phone="+12025550123",
    email="john@example.com",
    language="en-US",
)
"""As a billing keeps him."""


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def a_customer(external_id: str = "john-doe", **other: str | None) -> Customer:
    contact = {"phone": "+12025550123", "email": "john@example.com", "language": "en-US", "time_zone": "America/New_York"}
    return Customer(external_id=external_id, **{"name": "John Doe", **contact, **other})


def a_standing(status: CustomerStatus = CustomerStatus.ACTIVE, overdue: str = "0") -> Standing:
    return Standing(status=status, total_overdue=usd(overdue), amount_to_restore=usd(overdue))


def an_invoice(number: str = "INV-1", *, total: str = "30", paid: str = "0") -> Invoice:
    return Invoice(
        number=number,
        issued_on=date(2026, 11, 1),
        due_on=date(2026, 11, 15),
        total=usd(total),
        paid=usd(paid),
        outstanding=usd(total) - usd(paid),
    )


def generated(customer: str = "john-doe", number: str = "INV-1", **invoice: str) -> Happening:
    return a_happening(
        InvoiceGenerated(customer=a_customer(customer), standing=a_standing(), invoice=an_invoice(number, **invoice))
    )


def overdue(customer: str = "john-doe", number: str = "INV-1") -> Happening:
    standing = a_standing(overdue="30")
    return a_happening(InvoiceOverdue(customer=a_customer(customer), standing=standing, invoice=an_invoice(number)))


def paid(customer: str = "john-doe", number: str = "INV-1") -> Happening:
    invoice = an_invoice(number, paid="30")
    return a_happening(InvoicePaid(customer=a_customer(customer), standing=a_standing(), invoice=invoice))


def suspended(customer: str = "john-doe") -> Happening:
    standing = a_standing(CustomerStatus.SUSPENDED, "30")
    return a_happening(CustomerSuspended(customer=a_customer(customer), standing=standing, reason=Reason.NON_PAYMENT))


def restored(customer: str = "john-doe") -> Happening:
    return a_happening(CustomerSuspensionRemoved(customer=a_customer(customer), standing=a_standing(), reason=Reason.PAID))


def a_happening(fact: Fact, *, source_id: str | None = None, at: datetime = NOON) -> Happening:
    """An event of the source `billing`; told apart by type, customer and what it is about unless `source_id` is given."""
    own_id = source_id or f"{fact.type}/{fact.customer.external_id}/{fact.subject}"
    return Happening(environment="Global", source="billing", source_id=own_id, company=None, occurred_at=at, fact=fact)


@dataclass
class Clock:
    """A clock that stands until a test moves it."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


def everything_provisioned(batch: Sequence[Owed]) -> Mapping[int, Outcome]:
    return {owed.provisioning: Provisioned(f"record of {owed.key}") for owed in batch}


@dataclass
class Target:
    """A stand-in for an external system: it keeps what it was sent and answers as `answer` says; it may raise."""

    answer: Callable[[Sequence[Owed]], Mapping[int, Outcome]] = everything_provisioned
    max_batch: int = 100
    calls: list[list[Owed]] = field(default_factory=list)
    probe_error: Exception | None = None
    probes: int = 0
    streams_out: list[int] = field(default_factory=list)

    async def provision(self, batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        self.calls.append(list(batch))
        mine = {owed.stream for owed in batch}
        assert not mine & set(self.streams_out), "two calls at once for one stream"
        self.streams_out += mine
        try:
            await asyncio.sleep(0)
            return self.answer(batch)
        finally:
            self.streams_out = [stream for stream in self.streams_out if stream not in mine]

    async def probe(self) -> None:
        self.probes += 1
        if self.probe_error:
            raise self.probe_error

    async def close(self) -> None:
        return

    @property
    def sent(self) -> list[str]:
        """`type customer` of all that was sent, in order."""
        return [f"{owed.type} {owed.stream}" for call in self.calls for owed in call]
