"""The manual's story, told by embedded billing alone."""

from __future__ import annotations

from datetime import UTC, date, datetime

from books import Books, eur, usd

from duebell.billing.invoice import InvoiceStatus
from duebell.events import (
    CollectionStep,
    CommitmentTerminated,
    CustomerLimited,
    CustomerLimitRemoved,
    CustomerStatus,
    CustomerSuspended,
    CustomerSuspensionRemoved,
    InvoiceGenerated,
    InvoiceOverdue,
    Reason,
)

NUMBER = "INV-2026-000001"


def test_john_doe_is_told_of_his_invoice_with_its_number_the_amount_due_and_by_when() -> None:
    books = Books()

    books.add()

    invoice = books.last(InvoiceGenerated).invoice
    assert books.told() == [f"invoice.generated {NUMBER}"]
    assert (invoice.total, invoice.outstanding, invoice.paid) == (usd("30.00"), usd("30.00"), usd("0.00"))
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 1), date(2026, 11, 15))


def test_on_the_day_after_the_due_date_john_doe_is_told_that_his_invoice_is_overdue_and_what_comes_next() -> None:
    books = Books()
    books.add()

    books.pass_days(14)
    assert books.told() == [f"invoice.generated {NUMBER}"]
    books.pass_days(1)

    overdue = books.last(InvoiceOverdue)
    assert books.told()[1:] == [f"invoice.overdue {NUMBER}"]
    assert overdue.invoice.outstanding == overdue.standing.total_overdue == usd("30.00")
    assert (overdue.standing.next_step, overdue.standing.next_step_on) == (CollectionStep.SUSPEND, date(2026, 11, 22))
    assert overdue.standing.status is CustomerStatus.ACTIVE
    assert overdue.standing.amount_to_restore == usd("0.00")


def test_john_doe_who_stops_paying_is_suspended_and_told_why_and_what_restores_his_service() -> None:
    books = Books()
    books.add()

    books.pass_days(21)

    suspended = books.last(CustomerSuspended)
    assert books.told()[2:] == [f"customer.suspended {NUMBER}"]
    assert suspended.reason is Reason.NON_PAYMENT
    assert suspended.invoice is not None
    assert suspended.standing.status is CustomerStatus.SUSPENDED
    assert suspended.standing.amount_to_restore == usd("30.00")
    assert books.happenings[-1].occurred_at == datetime(2026, 11, 22, 11, tzinfo=UTC), "six in the morning in New York"


def test_john_doe_pays_and_the_suspension_is_lifted_at_once() -> None:
    books = Books()
    books.add()
    books.pass_days(25)

    books.billing.pay("john-doe", usd("30.00"), reference="card 4711")

    restored = books.last(CustomerSuspensionRemoved)
    assert books.told()[3:] == ["payment.received card 4711", f"invoice.paid {NUMBER}", "customer.suspension_removed None"]
    assert restored.reason is Reason.PAID
    assert restored.standing.status is CustomerStatus.ACTIVE
    assert restored.standing.total_overdue == restored.standing.amount_to_restore == usd("0.00")
    assert books.happenings[-1].occurred_at == books.now


def test_the_second_customer_pays_10_of_30_and_is_told_that_20_remain() -> None:
    books = Books()
    books.add("second")
    books.pass_days(10)
    books.billing.pay("second", usd("10.00"))
    assert books.invoice(NUMBER, "second").status is InvoiceStatus.PARTIALLY_PAID

    books.pass_days(5)

    overdue = books.last(InvoiceOverdue)
    assert overdue.invoice.outstanding == overdue.standing.total_overdue == usd("20.00")
    assert (overdue.invoice.paid, overdue.invoice.total) == (usd("10.00"), usd("30.00"))
    assert "invoice.paid" not in str(books.told("second"))


def test_the_third_customer_is_limited_first_and_a_payment_removes_the_limit() -> None:
    books = Books()
    books.add("third", customer_class="limited-first", currency="EUR", time_zone="Europe/Madrid", language="es-ES")

    books.pass_days(19)
    limited = books.last(CustomerLimited)
    books.billing.pay("third", eur("30.00"))

    assert limited.standing.status is CustomerStatus.LIMITED
    assert (limited.standing.next_step, limited.standing.next_step_on) == (CollectionStep.SUSPEND, date(2026, 11, 25))
    assert limited.standing.amount_to_restore == eur("30.00")
    assert books.last(CustomerLimitRemoved).standing.status is CustomerStatus.ACTIVE
    assert books.told("third")[2:] == [
        f"customer.limited {NUMBER}",
        "payment.received PAY-1",
        f"invoice.paid {NUMBER}",
        "customer.limit_removed None",
    ]


def test_the_fourth_customer_leaves_his_commitment_early_and_is_told_the_penalty() -> None:
    books = Books()
    books.add("fourth", fee=None)
    books.billing.add_fee("fourth", "Internet", usd("35.00"))
    books.billing.commit("fourth", "Internet", usd("5.00"), date(2027, 10, 31), penalty=usd("50.00"))
    books.billing.invoice_now("fourth")
    books.pass_days(3)

    books.billing.cancel_commitment("fourth", "COM-1")

    terminated = books.last(CommitmentTerminated)
    assert terminated.commitment.penalty == usd("50.00")
    assert terminated.reason is Reason.CANCELLED_EARLY
    assert (terminated.commitment.service, terminated.commitment.terminated_on) == ("Internet", date(2026, 11, 4))
    assert books.told("fourth") == [
        "commitment.started COM-1",
        f"invoice.generated {NUMBER}",
        "commitment.terminated COM-1",
    ]
    assert books.last(InvoiceGenerated).invoice.total == usd("30.00")


def test_an_event_says_which_environment_and_company_it_is_of_and_has_an_id_that_never_changes() -> None:
    first, second = Books(), Books()
    for books in (first, second):
        books.add()
        books.pass_days(25)
        books.billing.pay("john-doe", usd("30.00"))

    assert [happening.id for happening in first.happenings] == [happening.id for happening in second.happenings]
    assert [happening.source_id for happening in first.happenings] == [
        f"invoice.generated/{NUMBER}",
        f"invoice.overdue/{NUMBER}",
        "customer.suspended/john-doe/1",
        "payment.received/john-doe/PAY-1",
        f"invoice.paid/{NUMBER}",
        "customer.suspension_removed/john-doe/2",
    ]
    assert {(h.environment, h.source, h.company) for h in first.happenings} == {("Global", "billing", "Example Telecom")}
