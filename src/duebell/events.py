"""The whole language: what billing can tell, one class an event type, and the snapshots that they carry.

A fact is past tense, immutable, and *fat*: it holds all that Odoo needs to tell the customer, so that nobody calls back.
Dates are the customer's own calendar days; moments are aware and in UTC; amounts are `Money` (decimal strings on the wire).
New fields are optional; any other change is a new type (`invoice.overdue.v2`).
Which source emits a type today is said in docs/events.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import ClassVar
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError

from duebell.money import Money

# --- snapshots ---------------------------------------------------------------------------------------------------------


class CustomerStatus(StrEnum):
    """What billing lets the customer do, worst last."""

    ACTIVE = "active"
    LIMITED = "limited"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class CollectionStep(StrEnum):
    """What collection does next if nothing is paid."""

    OVERDUE = "overdue"
    LIMIT = "limit"
    SUSPEND = "suspend"
    TERMINATE = "terminate"


class Reason(StrEnum):
    """Why a customer's status or commitment changed; a text must not assume an overdue invoice."""

    NON_PAYMENT = "non_payment"
    PAID = "paid"
    DELAYED = "delayed"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    RESELLER_SUSPENDED = "reseller_suspended"
    CANCELLED_EARLY = "cancelled_early"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who the customer is to billing, and how he can be told.

    Phone and e-mail are as billing has them, unchecked: a bad one fails the message, never the event.

    Raises:
        ValueError: unknown language (BCP 47, "en-US") or time zone (IANA, "Europe/Madrid"), or no external id or name.
    """

    external_id: str
    name: str
    reference: str | None = None
    customer_class: str | None = None
    company_name: str | None = None
    vat_number: str | None = None
    invoice_contact: str | None = None
    phone: str | None = None
    email: str | None = None
    language: str | None = None
    time_zone: str | None = None

    def __post_init__(self) -> None:
        if not self.external_id or not self.name:
            raise ValueError("a customer needs an external id and a name")
        if self.language is not None:
            _check_language(self.language)
        if self.time_zone is not None:
            _check_time_zone(self.time_zone)


@cache
def _check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not a known time zone: use an IANA name such as Europe/Madrid")


@cache
def _check_language(tag: str) -> None:
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        raise ValueError(f"{tag!r} is not a known language: use a BCP 47 tag such as en-US or es-ES") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the customer stands when the fact is recorded, over all of his invoices."""

    status: CustomerStatus
    total_overdue: Money
    amount_to_restore: Money
    """What lifts a limitation or suspension; an invoice's own amount may be one of several. Zero when nothing is to be lifted."""
    payment_method: str | None = None
    charge_on: date | None = None
    """The day on which the payment method is charged by itself; none: the customer has to pay."""
    next_step: CollectionStep | None = None
    next_step_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One invoice; its number is unique only per environment."""

    number: str
    issued_on: date
    due_on: date
    total: Money
    paid: Money
    outstanding: Money
    link: str | None = None
    pay_link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment, or one attempt to charge."""

    reference: str
    amount: Money
    method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """A discounted fee until `ends_on`; ending it earlier costs `penalty`."""

    reference: str
    service: str
    started_on: date
    ends_on: date
    terminated_on: date | None = None
    penalty: Money | None = None


# --- facts -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What every event tells: whom it is about and where he stands."""

    type: ClassVar[str]
    customer: Customer
    standing: Standing

    @property
    def subject(self) -> str | None:
        """What in the stream this is about: an invoice's number, a commitment's or payment's reference; None: the customer only."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFact(Fact):
    """Something happened to an invoice."""

    invoice: Invoice

    @property
    def subject(self) -> str | None:
        return self.invoice.number


class InvoiceGenerated(InvoiceFact):
    """An invoice was issued."""

    type = "invoice.generated"


class InvoiceDueSoon(InvoiceFact):
    """An invoice that isn't paid falls due soon."""

    type = "invoice.due_soon"


class InvoiceOverdue(InvoiceFact):
    """The due date has passed and something is outstanding: all of it (unpaid) or a part (partially paid)."""

    type = "invoice.overdue"


class InvoicePaid(InvoiceFact):
    """Nothing is outstanding any more."""

    type = "invoice.paid"


class InvoiceVoided(InvoiceFact):
    """The invoice was withdrawn: nobody owes it."""

    type = "invoice.voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact(Fact):
    """Something happened to a payment."""

    payment: Payment

    @property
    def subject(self) -> str | None:
        return self.payment.reference


class PaymentReceived(PaymentFact):
    """Money came in."""

    type = "payment.received"


class PaymentFailed(PaymentFact):
    """A charge did not go through."""

    type = "payment.failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFact(Fact):
    """The customer's status changed or is about to; `invoice` is the one behind it, if one is."""

    reason: Reason
    invoice: Invoice | None = None
    effective_on: date | None = None
    """For a warning: the day on which it happens unless something is paid."""

    @property
    def subject(self) -> str | None:
        return self.invoice.number if self.invoice else None


class CustomerLimited(StatusFact):
    """The service was limited."""

    type = "customer.limited"


class CustomerLimitRemoved(StatusFact):
    """The limit was lifted; `reason` says whether it was paid or only delayed."""

    type = "customer.limit_removed"


class CustomerSuspended(StatusFact):
    """The service was blocked."""

    type = "customer.suspended"


class CustomerSuspensionRemoved(StatusFact):
    """The service works again; `reason` says whether it was paid or only delayed."""

    type = "customer.suspension_removed"


class CustomerTerminated(StatusFact):
    """The contract ended."""

    type = "customer.terminated"


class CustomerLimitationWarning(StatusFact):
    """The service will be limited on `effective_on`."""

    type = "customer.limitation_warning"


class CustomerSuspensionWarning(StatusFact):
    """The service will be blocked on `effective_on`."""

    type = "customer.suspension_warning"


class CustomerTerminationWarning(StatusFact):
    """The contract will end on `effective_on`."""

    type = "customer.termination_warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentFact(Fact):
    """Something happened to a commitment."""

    commitment: Commitment
    reason: Reason | None = None

    @property
    def subject(self) -> str | None:
        return self.commitment.reference


class CommitmentStarted(CommitmentFact):
    """A commitment began."""

    type = "commitment.started"


class CommitmentEnding(CommitmentFact):
    """A commitment reaches its end soon; after it the full fee applies."""

    type = "commitment.ending"


class CommitmentTerminated(CommitmentFact):
    """A commitment was ended before its time; `commitment.penalty` is what that costs."""

    type = "commitment.terminated"


FACTS: dict[str, type[Fact]] = {
    fact.type: fact
    for fact in (
        InvoiceGenerated,
        InvoiceDueSoon,
        InvoiceOverdue,
        InvoicePaid,
        InvoiceVoided,
        PaymentReceived,
        PaymentFailed,
        CustomerLimited,
        CustomerLimitRemoved,
        CustomerSuspended,
        CustomerSuspensionRemoved,
        CustomerTerminated,
        CustomerLimitationWarning,
        CustomerSuspensionWarning,
        CustomerTerminationWarning,
        CommitmentStarted,
        CommitmentEnding,
        CommitmentTerminated,
    )
}
