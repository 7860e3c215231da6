"""What was read of one customer through PortaBilling's API, in our words: pure values, no I/O."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from duebell.events import Customer
from duebell.money import Money


class CustomerCondition(StrEnum):
    """What PortaBilling lets the customer do; of several the one that comes last here counts."""

    ACTIVE = "active"
    DELAYED = "delayed"
    """A suspension was put off: the service works."""
    LIMITED = "limited"
    SUSPENDED = "suspended"
    RESELLER_SUSPENDED = "reseller_suspended"
    """Because the reseller that he is a customer of is. Nothing public says how that shows: it needs a word in `Customer_Words`."""
    BLOCKED = "blocked"
    """By an administrator, whatever was paid."""
    CLOSED = "closed"


class InvoiceStatus(StrEnum):
    """As PortaBilling says it."""

    UNPAID = "unpaid"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    OVERDUE = "overdue"
    DO_NOT_PAY = "do_not_pay"
    NOT_REQUIRED = "not_required"
    DO_NOT_COLLECT = "do_not_collect"
    UNDER_REVIEW = "under_review"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReading:
    """One customer. `delayed_until`: the customer's own day up to which a suspension is put off."""

    i_customer: str
    customer: Customer
    condition: CustomerCondition
    balance: Money
    credit_limit: Money | None = None
    delayed_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceReading:
    """One invoice; `number` is unique only per customer. `status` None: PortaBilling said none that we know."""

    i_invoice: str
    i_customer: str
    number: str
    issued_on: date
    due_on: date | None
    total: Money
    paid: Money
    outstanding: Money
    status: InvoiceStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A customer with his invoices, as they stood at some moment after `began_at` (aware, UTC, our clock).

    `invoices` holds every one that isn't settled and every one that is asked about; `complete` says that all open ones are in it.
    `gone` are ids of invoices of which PortaBilling says that there are none.
    """

    began_at: datetime
    customer: CustomerReading
    invoices: Sequence[InvoiceReading]
    complete: bool = True
    gone: Collection[str] = ()
