# SPDX-License-Identifier: LGPL-3.0-only
"""An event as the addon knows it once it is read, and the words of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

VERSIONS = (1,)
MAX_EVENTS = 1000

EVENT_TYPES = {
    "invoice.generated": "Invoice generated",
    "invoice.due_soon": "Invoice due soon",
    "invoice.overdue": "Invoice overdue",
    "invoice.paid": "Invoice paid",
    "invoice.voided": "Invoice voided",
    "payment.received": "Payment received",
    "payment.failed": "Payment failed",
    "customer.limited": "Service limited",
    "customer.limit_removed": "Limit removed",
    "customer.suspended": "Service suspended",
    "customer.suspension_removed": "Suspension removed",
    "customer.terminated": "Contract terminated",
    "customer.limitation_warning": "Limitation warning",
    "customer.suspension_warning": "Suspension warning",
    "customer.termination_warning": "Termination warning",
    "commitment.started": "Commitment started",
    "commitment.ending": "Commitment ending",
    "commitment.terminated": "Commitment terminated",
}
STATUSES = ("active", "limited", "suspended", "closed")
STEPS = ("overdue", "limit", "suspend", "terminate")
REASONS = ("non_payment", "paid", "delayed", "insufficient_funds", "reseller_suspended", "cancelled_early", "other")


@dataclass(frozen=True, slots=True)
class Superseding:
    """The later event that made this one untrue before it was told."""

    id: str
    type: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Customer:
    """Whom the event is about, as billing has him; phone, e-mail, language and time zone are unchecked."""

    external_id: str
    name: str
    reference: str | None
    customer_class: str | None
    company_name: str | None
    vat_number: str | None
    invoice_contact: str | None
    phone: str | None
    email: str | None
    language: str | None
    time_zone: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the customer stands; amounts in the event's currency."""

    status: str
    total_overdue: Decimal
    amount_to_restore: Decimal
    payment_method: str | None
    charge_on: date | None
    next_step: str | None
    next_step_on: date | None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice; amounts in the event's currency, dates are the customer's calendar days."""

    number: str
    issued_on: date
    due_on: date
    total: Decimal
    paid: Decimal
    outstanding: Decimal
    link: str | None
    pay_link: str | None


@dataclass(frozen=True, slots=True)
class Commitment:
    """A commitment; the penalty, if any, in the event's currency."""

    reference: str
    service: str
    started_on: date
    ends_on: date
    terminated_on: date | None
    penalty: Decimal | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One entry of the call, whole and usable.

    `place` is (epoch, sequence): it grows within a customer. `payload` is the event as JSON text; `content_hash` tells
    two contents of one id apart (when and under which number an event was recorded is not content).
    """

    key: str
    event_id: str
    replay: int
    type: str
    source: str
    environment: str
    company: str | None
    place: tuple[int, str]
    occurred_at: datetime
    recorded_at: datetime
    notify_by: datetime | None
    superseded_by: Superseding | None
    currency: str
    customer: Customer
    standing: Standing
    invoice: Invoice | None
    payment_reference: str | None
    commitment: Commitment | None
    reason: str | None
    effective_on: date | None
    payload: str
    content_hash: str

    @property
    def identity(self) -> tuple[str, str]:
        """Which customer: (environment, external id)."""
        return self.environment, self.customer.external_id

    @property
    def subject(self) -> str | None:
        """What it is about beside the customer: an invoice's number, a payment's or commitment's reference."""
        if self.commitment:
            return self.commitment.reference
        return self.payment_reference or (self.invoice.number if self.invoice else None)
