"""Commitments: a discount until a day, and what leaving earlier costs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from books import Books, eur, usd

from duebell.errors import DuebellError, InvalidValue, NotPossible, Unknown
from duebell.events import CommitmentStarted, CommitmentTerminated, InvoiceGenerated

END = date(2027, 1, 15)


def a_committed_customer(**terms: Any) -> Books:
    """30.00 a month, ten of it off through the 15th of January."""
    books = Books()
    books.add(fee=None)
    books.billing.add_fee("john-doe", "Internet", usd("30.00"))
    books.billing.commit("john-doe", "Internet", usd("10.00"), END, **terms)
    books.billing.invoice_now("john-doe")
    return books


def test_the_discount_is_a_line_of_each_invoice_until_the_commitment_ends() -> None:
    books = a_committed_customer()

    books.pass_days(100)

    assert [str(invoice.total.amount) for invoice in books.account().invoices.values()] == [
        "20.00",
        "20.00",
        "20.00",
        "30.00",
    ]
    assert [line.text for line in books.invoice("INV-2026-000001").lines] == [
        "Internet, 2026-11-01 to 2026-11-30",
        "Internet: discount of commitment COM-1",
    ]


def test_the_last_day_of_a_commitment_is_one_of_it() -> None:
    books = Books()
    books.add(fee=None)
    books.billing.add_fee("john-doe", "Internet", usd("30.00"))
    books.billing.commit("john-doe", "Internet", usd("10.00"), date(2026, 12, 1))

    books.pass_days(65)

    assert [str(invoice.total.amount) for invoice in books.account().invoices.values()] == ["20.00", "20.00", "30.00"]


def test_the_discount_is_for_its_own_service_only() -> None:
    books = a_committed_customer()
    books.billing.add_fee("john-doe", "Television", usd("12.00"))

    books.billing.invoice_now("john-doe")

    assert books.last(InvoiceGenerated).invoice.total == usd("12.00")


def test_a_commitment_tells_when_it_starts_and_that_its_end_is_no_termination() -> None:
    books = a_committed_customer()

    books.pass_days(100)

    started = books.last(CommitmentStarted).commitment
    assert (started.service, started.started_on, started.ends_on) == ("Internet", date(2026, 11, 1), END)
    assert not any("commitment.terminated" in told for told in books.told())


def test_leaving_early_costs_the_discounts_so_far_and_they_are_on_the_next_invoice() -> None:
    books = a_committed_customer()
    books.pass_days(31)

    books.billing.cancel_commitment("john-doe", "COM-1")

    assert books.last(CommitmentTerminated).commitment.penalty == usd("20.00")
    books.billing.invoice_now("john-doe")
    assert books.last(InvoiceGenerated).invoice.total == usd("20.00")
    books.pass_days(30)
    assert books.last(InvoiceGenerated).invoice.total == usd("30.00")


def test_leaving_before_any_discount_costs_nothing() -> None:
    books = Books()
    books.add()
    books.billing.commit("john-doe", "Internet", usd("10.00"), END)

    books.billing.cancel_commitment("john-doe", "COM-1")

    assert books.last(CommitmentTerminated).commitment.penalty == usd("0.00")
    assert books.account().charges == []


def test_the_discount_of_a_voided_invoice_is_not_part_of_the_penalty() -> None:
    books = a_committed_customer()
    books.pass_days(31)
    books.billing.void("john-doe", "INV-2026-000001")

    books.billing.cancel_commitment("john-doe", "COM-1")

    assert books.last(CommitmentTerminated).commitment.penalty == usd("10.00")


def test_a_discount_as_big_as_the_fee_makes_an_invoice_that_is_paid_from_the_beginning() -> None:
    books = Books()
    books.add(fee=None)
    books.billing.add_fee("john-doe", "Internet", usd("30.00"))
    books.billing.commit("john-doe", "Internet", usd("30.00"), END)

    books.billing.invoice_now("john-doe")

    assert books.last(InvoiceGenerated).invoice.total == usd("0.00")
    assert books.told()[1:] == ["invoice.generated INV-2026-000001", "invoice.paid INV-2026-000001"]


def test_a_commitment_that_was_left_or_has_ended_cannot_be_cancelled() -> None:
    left, ended = a_committed_customer(), a_committed_customer()
    left.billing.cancel_commitment("john-doe", "COM-1")
    ended.pass_days(76)

    with pytest.raises(NotPossible, match="COM-1 of john-doe ended on 2026-11-01: there is nothing to cancel"):
        left.billing.cancel_commitment("john-doe", "COM-1")
    with pytest.raises(NotPossible, match="COM-1 of john-doe ended on 2027-01-15: there is nothing to cancel"):
        ended.billing.cancel_commitment("john-doe", "COM-1")
    with pytest.raises(Unknown, match="john-doe has no commitment 'COM-7'; he has COM-1"):
        left.billing.cancel_commitment("john-doe", "COM-7")


def test_after_one_commitment_another_may_begin() -> None:
    books = a_committed_customer()
    books.billing.cancel_commitment("john-doe", "COM-1")

    books.billing.commit("john-doe", "Internet", usd("5.00"), END)

    assert books.told()[-1] == "commitment.started COM-2"


@pytest.mark.parametrize(
    ("terms", "error", "sentence"),
    [
        ({"service": "Television"}, Unknown, "has no fee for 'Television' to take a discount off"),
        ({"discount": usd("30.01")}, InvalidValue, "discount: 30.01 USD is more than the fee of 30.00 USD"),
        ({"discount": eur("1")}, InvalidValue, "discount: 1.00 EUR is not in the customer's currency"),
        ({"penalty": usd("0")}, InvalidValue, "penalty: 0.00 USD is not more than zero"),
        ({"ends_on": date(2026, 11, 1)}, InvalidValue, r"ends_on: 2026-11-01 is not after today \(2026-11-01\)"),
    ],
)
def test_terms_that_make_no_sense_are_refused(terms: dict[str, Any], error: type[DuebellError], sentence: str) -> None:
    books = Books()
    books.add()

    with pytest.raises(error, match=sentence):
        books.billing.commit("john-doe", **{"service": "Internet", "discount": usd("5"), "ends_on": END, **terms})

    assert books.account().commitments == {}


def test_a_service_has_one_commitment_at_a_time_and_none_begins_while_something_is_overdue() -> None:
    committed, overdue = a_committed_customer(), Books()
    overdue.add()
    overdue.pass_days(15)

    with pytest.raises(NotPossible, match="has a commitment for Internet already"):
        committed.billing.commit("john-doe", "Internet", usd("5.00"), END)
    with pytest.raises(NotPossible, match=r"has 30.00 USD overdue: that is to be paid before"):
        overdue.billing.commit("john-doe", "Internet", usd("5.00"), END)
