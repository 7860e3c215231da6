"""Payments: whole, partial, too much, twice; invoices withdrawn; amounts that are none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from books import Books, eur, usd

from duebell.billing.invoice import InvoiceStatus, invoice_number
from duebell.billing.payment import settle
from duebell.errors import InvalidValue, NotPossible, Unknown
from duebell.events import InvoiceGenerated, InvoiceVoided, PaymentReceived, Reason
from duebell.money import Money


def three_invoices() -> Books:
    """10.00, 20.00 and 30.00, all of one day."""
    books = Books()
    books.add(fee=None)
    for amount in ("10.00", "20.00", "30.00"):
        books.billing.charge("john-doe", f"{amount} for something", usd(amount), invoice_now=True)
    return books


def paid(books: Books) -> list[str]:
    return [str(invoice.paid.amount) for invoice in books.account().invoices.values()]


def test_a_payment_settles_the_oldest_invoice_first() -> None:
    books = three_invoices()

    books.billing.pay("john-doe", usd("15.00"))

    assert paid(books) == ["10.00", "5.00", "0.00"]
    assert books.told()[3:] == ["payment.received PAY-1", "invoice.paid INV-2026-000001"]


def test_the_older_of_two_invoices_of_one_day_has_the_smaller_number_also_when_that_has_grown_a_digit() -> None:
    invoice = three_invoices().invoice("INV-2026-000001")
    last, first = (replace(invoice, number=invoice_number(2026, count)) for count in (1_000_000, 999_999))

    settled, _ = settle([last, first], usd("10.00"))

    assert [one.number for one in settled] == ["INV-2026-999999"]


def test_payments_add_up_and_each_invoice_is_told_paid_once() -> None:
    books = three_invoices()

    for _ in range(4):
        books.billing.pay("john-doe", usd("15.00"))

    assert paid(books) == ["10.00", "20.00", "30.00"]
    assert [told for told in books.told() if "paid" in told] == [f"invoice.paid INV-2026-00000{n}" for n in (1, 2, 3)]
    assert {invoice.status for invoice in books.account().invoices.values()} == {InvoiceStatus.PAID}


def test_what_is_paid_too_much_is_credit_and_settles_the_next_invoice() -> None:
    books = Books()
    books.add()

    books.billing.pay("john-doe", usd("70.00"))
    assert books.account().credit == usd("40.00")
    books.pass_days(30)

    generated = books.last(InvoiceGenerated).invoice
    assert (generated.total, generated.paid, generated.outstanding) == (usd("30.00"), usd("30.00"), usd("0.00"))
    assert books.told()[-2:] == ["invoice.generated INV-2026-000002", "invoice.paid INV-2026-000002"]
    assert books.account().credit == usd("10.00")


def test_credit_that_covers_a_part_leaves_the_rest_outstanding() -> None:
    books = Books()
    books.add()
    books.billing.pay("john-doe", usd("40.00"))

    books.pass_days(30)

    assert books.last(InvoiceGenerated).invoice.outstanding == usd("20.00")
    assert books.account().credit == usd("0.00")


def test_a_paid_invoice_never_becomes_overdue() -> None:
    books = Books()
    books.add()
    books.billing.pay("john-doe", usd("30.00"))

    books.pass_days(29)

    assert books.told() == ["invoice.generated INV-2026-000001", "payment.received PAY-1", "invoice.paid INV-2026-000001"]


def test_the_same_payment_is_booked_once() -> None:
    books = Books()
    books.add()
    books.billing.pay("john-doe", usd("10.00"), reference="bank 1")

    with pytest.raises(NotPossible, match="Payment bank 1 of john-doe is booked already"):
        books.billing.pay("john-doe", usd("10.00"), reference="bank 1")

    assert books.account().total_outstanding == usd("20.00")


def test_a_payment_without_a_reference_gets_one_that_nobody_has_taken() -> None:
    books = Books()
    books.add()
    books.billing.pay("john-doe", usd("1.00"), reference="PAY-2")

    books.billing.pay("john-doe", usd("1.00"))

    assert list(books.account().payments) == ["PAY-2", "PAY-3"]


def test_a_payment_tells_how_it_was_made() -> None:
    books = Books()
    books.add(payment_method="direct debit")

    books.billing.pay("john-doe", usd("1.00"))
    assert books.last(PaymentReceived).payment.method == "direct debit"
    books.billing.pay("john-doe", usd("1.00"), method="cash")

    assert books.last(PaymentReceived).payment.method == "cash"
    assert books.last(PaymentReceived).standing.payment_method == "direct debit"


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        (usd("0"), "amount: 0.00 USD is not more than zero."),
        (usd("-5"), "amount: -5.00 USD is not more than zero."),
        (eur("30"), "amount: 30.00 EUR is not in the customer's currency: give it in USD."),
        (usd("1000000000000.01"), "amount: 1000000000000.01 USD is too much; 1,000,000,000,000 is the most."),
    ],
)
def test_an_amount_that_is_none_is_refused_with_a_sentence(amount: Money, sentence: str) -> None:
    books = Books()
    books.add()

    with pytest.raises(InvalidValue) as refused:
        books.billing.pay("john-doe", amount)
    with pytest.raises(InvalidValue):
        books.billing.charge("john-doe", "a thing", amount)
    with pytest.raises(InvalidValue):
        books.billing.add_fee("john-doe", "Television", amount)

    assert str(refused.value) == sentence
    assert books.told() == ["invoice.generated INV-2026-000001"]


def test_a_currency_without_cents_is_billed_in_whole_units() -> None:
    books = Books()

    books.add(currency="JPY", fee="3000")

    assert str(books.last(InvoiceGenerated).invoice.total) == "3000 JPY"


def test_a_voided_invoice_is_owed_by_nobody() -> None:
    books = Books()
    books.add()

    books.billing.void("john-doe", "INV-2026-000001")
    books.pass_days(29)

    invoice = books.last(InvoiceVoided).invoice
    assert (invoice.total, invoice.paid, invoice.outstanding) == (usd("30.00"), usd("0.00"), usd("0.00"))
    assert books.told() == ["invoice.generated INV-2026-000001", "invoice.voided INV-2026-000001"]
    assert books.invoice("INV-2026-000001").status is InvoiceStatus.VOIDED


def test_what_was_paid_on_a_voided_invoice_settles_the_others() -> None:
    books = three_invoices()
    books.billing.pay("john-doe", usd("15.00"))

    books.billing.void("john-doe", "INV-2026-000001")

    assert paid(books) == ["0.00", "15.00", "0.00"]
    books.billing.void("john-doe", "INV-2026-000002")
    books.billing.void("john-doe", "INV-2026-000003")
    assert books.account().credit == usd("15.00")


def test_voiding_the_overdue_invoice_lifts_the_suspension_though_nothing_was_paid() -> None:
    books = Books()
    books.add()
    books.pass_days(21)

    books.billing.void("john-doe", "INV-2026-000001")

    lifted = books.happenings[-1].fact
    assert lifted.type == "customer.suspension_removed"
    assert lifted.reason is Reason.OTHER  # type: ignore[attr-defined]


def test_an_invoice_is_voided_once_and_only_if_it_is_the_customers() -> None:
    books = Books()
    books.add()
    books.billing.void("john-doe", "INV-2026-000001")

    with pytest.raises(NotPossible, match="was voided on 2026-11-01 already"):
        books.billing.void("john-doe", "INV-2026-000001")
    with pytest.raises(Unknown, match="john-doe has no invoice 'INV-2026-000009'"):
        books.billing.void("john-doe", "INV-2026-000009")


def test_a_one_off_charge_waits_for_the_next_invoice() -> None:
    books = Books()
    books.add()

    books.billing.charge("john-doe", "Installation", usd("45.00"))
    assert books.account().total_outstanding == usd("30.00")
    books.pass_days(30)

    assert [line.text for line in books.invoice("INV-2026-000002").lines] == [
        "Installation",
        "Internet, 2026-12-01 to 2026-12-31",
    ]
    assert books.last(InvoiceGenerated).invoice.total == usd("75.00")


def test_there_is_no_empty_invoice_and_no_number_is_lost_on_one() -> None:
    books = Books()
    books.add()

    with pytest.raises(NotPossible, match="john-doe has nothing to invoice"):
        books.billing.invoice_now("john-doe")
    books.billing.charge("john-doe", "Installation", usd("45.00"), invoice_now=True)

    assert list(books.account().invoices) == ["INV-2026-000001", "INV-2026-000002"]


def test_a_service_has_one_fee_that_begins_today_or_later() -> None:
    books = Books()
    books.add()

    with pytest.raises(NotPossible, match="john-doe has a fee for Internet already"):
        books.billing.add_fee("john-doe", "Internet", usd("10.00"))
    with pytest.raises(
        InvalidValue, match=r"first_charged_on: 2026-10-31 has passed; give 2026-11-01 \(today\) or a later day"
    ):
        books.billing.add_fee("john-doe", "Television", usd("10.00"), books.now.date().replace(month=10, day=31))


def test_who_is_not_a_customer_cannot_pay() -> None:
    with pytest.raises(Unknown, match="Billing has no customer 'nobody'"):
        Books().billing.pay("nobody", usd("1.00"))
