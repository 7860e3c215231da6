from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from builders import a_customer, a_happening, a_standing, an_invoice, usd
from duebell.espf.envelope import Happening
from duebell.espf.rules import SUPERSEDED_BY, is_about_the_customer
from duebell.events import (
    FACTS,
    Commitment,
    CommitmentFact,
    CustomerSuspensionWarning,
    InvoiceFact,
    Payment,
    PaymentFact,
    Reason,
)

PAIRS = [(untrue, later) for untrue, laters in SUPERSEDED_BY.items() for later in laters]


def happened(type_: str, about: str = "1", *, time: int = 0) -> Happening:
    """An event of any type, about the invoice, payment or commitment of this number."""
    kind = FACTS[type_]
    of = {"customer": a_customer(), "standing": a_standing()}
    if issubclass(kind, InvoiceFact):
        fact = kind(**of, invoice=an_invoice(about))
    elif issubclass(kind, PaymentFact):
        fact = kind(**of, payment=Payment(reference=about, amount=usd("30"), method="card"))
    elif issubclass(kind, CommitmentFact):
        fact = kind(
            **of,
            commitment=Commitment(
                reference=about, service="Internet", started_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
            ),
        )
    else:
        fact = kind(**of, reason=Reason.NON_PAYMENT, invoice=an_invoice(about))
    return a_happening(fact, source_id=f"{type_}/{about}/{time}")


@pytest.mark.parametrize(("untrue", "later"), PAIRS)
async def test_what_a_later_event_made_untrue_is_told_to_nobody(espf, untrue: str, later: str) -> None:
    espf.record(happened(untrue), happened("invoice.generated", "other"), happened(later))
    await espf.dispatch()
    first, _, _ = espf.target.calls[0]
    assert first.superseded_by is not None
    assert first.superseded_by.type == later


@pytest.mark.parametrize(("untrue", "later"), [pair for pair in PAIRS if not is_about_the_customer(pair[1])])
async def test_the_same_about_another_subject_makes_nothing_untrue(espf, untrue: str, later: str) -> None:
    espf.record(happened(untrue, "1"), happened(later, "2"))
    await espf.dispatch()
    assert espf.target.calls[0][0].superseded_by is None


@pytest.mark.parametrize(("untrue", "later"), [pair for pair in PAIRS if pair[0] not in SUPERSEDED_BY.get(pair[1], ())])
async def test_what_happened_before_makes_nothing_untrue(espf, untrue: str, later: str) -> None:
    espf.record(happened(later), happened(untrue))
    await espf.dispatch()
    assert espf.target.calls[0][1].superseded_by is None


async def test_the_first_of_several_that_made_it_untrue_is_named(espf) -> None:
    espf.record(happened("invoice.overdue"), happened("invoice.paid"), happened("invoice.voided"))
    await espf.dispatch()
    assert espf.target.calls[0][0].superseded_by.type == "invoice.paid"


async def test_a_warning_is_told_until_the_day_on_which_it_takes_effect_begins_where_the_customer_lives(espf) -> None:
    warning = CustomerSuspensionWarning(
        customer=a_customer(time_zone="America/New_York"),
        standing=a_standing(),
        reason=Reason.NON_PAYMENT,
        effective_on=date(2026, 11, 9),
    )
    espf.record(a_happening(warning))
    await espf.dispatch()
    assert espf.target.calls[0][0].notify_by == datetime(2026, 11, 9, 5, tzinfo=UTC)
