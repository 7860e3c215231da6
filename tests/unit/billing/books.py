"""Billing over a ledger in memory, a clock that a test moves, and everything that was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from duebell.billing.account import Account
from duebell.billing.billing import Billing
from duebell.billing.customer import BillingCustomer
from duebell.billing.invoice import Invoice
from duebell.billing.ledger import MemoryLedger
from duebell.espf.envelope import Happening
from duebell.events import Fact
from duebell.money import Money

FIRST_OF_NOVEMBER = datetime(2026, 11, 1, 15, tzinfo=UTC)
"""Ten in the morning in New York, John Doe's home."""
SomeFact = TypeVar("SomeFact", bound=Fact)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def john_doe(**other: str | None) -> BillingCustomer:
    """John Doe, or somebody like him."""
    his = {
        "external_id": "john-doe",
        "name": "John Doe",
        "currency": "USD",
        "time_zone": "America/New_York",
        "language": "en-US",
        "phone": "+12025550123",
        "email": "john@example.com",
    }
    return BillingCustomer(**{**his, **other})  # type: ignore[arg-type]  # the test gives what may be given


@dataclass
class Books:
    """What a test does to billing, and what billing told."""

    now: datetime = FIRST_OF_NOVEMBER
    happenings: list[Happening] = field(default_factory=list)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)

    def __post_init__(self) -> None:
        self.billing = Billing(self.ledger, self.happenings.extend, lambda: self.now, "Global", "Example Telecom")

    def add(self, external_id: str = "john-doe", fee: str | None = "30.00", **other: str | None) -> str:
        """A customer with a monthly fee for Internet, invoiced for the first time."""
        customer = john_doe(external_id=external_id, **other)
        self.billing.add_customer(customer)
        if fee:
            self.billing.add_fee(external_id, "Internet", Money(Decimal(fee), customer.currency))
            self.billing.invoice_now(external_id)
        return external_id

    def pass_days(self, days: int) -> None:
        """So many days with a billing run a day."""
        for _ in range(days):
            self.now += timedelta(days=1)
            self.billing.run()

    def account(self, external_id: str = "john-doe") -> Account:
        return self.billing.customer(external_id)

    def invoice(self, number: str, external_id: str = "john-doe") -> Invoice:
        return self.account(external_id).invoices[number]

    def told(self, external_id: str = "john-doe", *, since: date | None = None) -> list[str]:
        """`type subject` of each event of the customer, in order."""
        return [
            f"{happening.fact.type} {happening.fact.subject}"
            for happening in self.happenings
            if happening.fact.customer.external_id == external_id
            and (since is None or happening.occurred_at.date() >= since)
        ]

    def last(self, fact: type[SomeFact]) -> SomeFact:
        """The last fact of a type."""
        found: Sequence[SomeFact] = [h.fact for h in self.happenings if isinstance(h.fact, fact)]
        return found[-1]
