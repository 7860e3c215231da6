"""A rehearsal: one event of each type in each language, of a customer that nobody is; Odoo keeps nothing of it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from pydantic import ValidationError

from duebell.configuration.environment import GLOBAL
from duebell.espf.envelope import Envelope, Happening
from duebell.espf.handler import Owed
from duebell.events import (
    FACTS,
    Commitment,
    CommitmentFact,
    Customer,
    CustomerStatus,
    Fact,
    Invoice,
    InvoiceFact,
    Payment,
    PaymentFact,
    Reason,
    Standing,
    StatusFact,
)
from duebell.handlers.odoo_crm.errors import CallRefused, OtherShape
from duebell.handlers.odoo_crm.shape import Shape
from duebell.money import Money

ENDED = "odoo.addons.duebell.rehearsal.RehearsalEnded"
"""The name of the exception with which the addon ends it."""
PHONE, EMAIL = "+12025550100", "nobody@example.com"
"""Both are reserved: they reach nobody, even if a message left."""


class Trouble(Shape):
    """An event that would be refused, or a message that would fail; `key` is the event's."""

    key: str
    because: str
    channel: Literal["sms", "email"] | None = None


class Rehearsed(Shape):
    """What would have come of it. The lists hold the first few, the counts all."""

    events: int
    messages: int
    refused: list[Trouble]
    refused_in_all: int
    failed: list[Trouble]
    failed_in_all: int


def rehearsal(types: Collection[str], languages: Collection[str], currency: str, now: datetime) -> list[Owed]:
    """Return the events; `languages` are Odoo's codes (`en_US`), of which those that no customer can have are left out."""
    owed: list[Owed] = []
    for customer in filter(None, map(_customer, languages)):
        for sequence, type_ in enumerate((type_ for type_ in FACTS if type_ in types), start=1):
            fact = _fact(type_, customer, Money.parse("30", currency), now.date())
            owed.append(_owed(len(owed), fact, sequence, now))
    return owed


def rehearsed(refused: CallRefused) -> Rehearsed:
    """Read what the addon ended it with.

    Raises:
        CallRefused: it was something else that ended it.
        OtherShape: it can't be read.
    """
    evidence = refused.evidence
    if evidence.name != ENDED:
        raise refused
    try:
        return Rehearsed.model_validate_json(evidence.message or "")
    except ValidationError:
        raise OtherShape(evidence, "the end of the rehearsal") from None


def place(key: str, batch: Collection[Owed]) -> str:
    """Return what the event of a key is: its type and language."""
    return next((f"{owed.type} ({_language(owed)})" for owed in batch if owed.key == key), key)


def _language(owed: Owed) -> str:
    return owed.cloud_event.partition('"subject":"duebell-verify-')[2].partition('"')[0]


def _customer(language: str) -> Customer | None:
    try:
        return Customer(
            external_id=f"duebell-verify-{language}",
            name="Duebell Verify",
            phone=PHONE,
            email=EMAIL,
            language=language.replace("_", "-"),
            time_zone="UTC",
        )
    except ValueError:
        return None


def _owed(number: int, fact: Fact, sequence: int, now: datetime) -> Owed:
    happening = Happening(
        environment=GLOBAL,
        source="verify",
        source_id=f"{now.isoformat()} {number}",
        company=None,
        occurred_at=now,
        fact=fact,
    )
    envelope = Envelope(happening=happening, epoch=1, sequence=sequence, recorded_at=now)
    return Owed(
        provisioning=number,
        stream=number,
        event_id=str(happening.id),
        replay=0,
        type=fact.type,
        cloud_event=envelope.cloud_event(),
        epoch=1,
        notify_by=now + timedelta(days=1),
    )


def _fact(type_: str, customer: Customer, amount: Money, today: date) -> Fact:
    zero = Money(Decimal(0), amount.currency)
    invoice = Invoice(
        number="VERIFY-1",
        issued_on=today,
        due_on=today + timedelta(days=14),
        total=amount,
        paid=zero,
        outstanding=amount,
    )
    commitment = Commitment(
        reference="VERIFY-1",
        service="Internet",
        started_on=today,
        ends_on=today + timedelta(days=365),
        terminated_on=today,
        penalty=amount,
    )
    about: Mapping[type[Fact], Mapping[str, object]] = {
        InvoiceFact: {"invoice": invoice},
        PaymentFact: {"payment": Payment(reference="VERIFY-1", amount=amount)},
        StatusFact: {"reason": Reason.NON_PAYMENT, "invoice": invoice, "effective_on": today + timedelta(days=3)},
        CommitmentFact: {"commitment": commitment, "reason": Reason.CANCELLED_EARLY},
    }
    fact = FACTS[type_]
    kind = next(kind for kind in about if issubclass(fact, kind))
    make: Callable[..., Fact] = fact
    standing = Standing(status=CustomerStatus.ACTIVE, total_overdue=amount, amount_to_restore=amount)
    return make(customer=customer, standing=standing, **about[kind])
