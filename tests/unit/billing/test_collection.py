"""The collection ladder: what happens to who doesn't pay, in which order, and what ends it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest
from books import FIRST_OF_NOVEMBER, Books, john_doe, usd

from duebell.billing import billing_run
from duebell.billing.account import Account
from duebell.billing.collection import CUSTOMER_CLASSES, CollectionPolicy
from duebell.events import CollectionStep, CommitmentTerminated, CustomerStatus, CustomerSuspensionWarning, Reason
from duebell.money import Money

ONE_DAY = timedelta(days=1)


class Months:
    """An account whose customer pays when the test says so, under a policy of the test's."""

    def __init__(self, policy: CollectionPolicy, *fees: str) -> None:
        numbers = count(1)
        self.next_number = lambda _: next(numbers)
        self.account = Account.opened(john_doe(), policy, FIRST_OF_NOVEMBER)
        for fee in fees:
            self.account.charge("a thing", usd(fee))
            self.account.invoice_now(self.next_number)
        self.account.take_news()

    def pass_days(self, days: int) -> list[str]:
        """What is told in that time, each with the customer's day."""
        billing_run.advance(self.account, self.account.as_of + days * ONE_DAY, self.next_number)
        return [f"{o.occurred_at.date()} {o.fact.type}" for o in self.account.take_news()]

    def pay(self, amount: str) -> list[str]:
        self.account.pay(usd(amount))
        return [occurrence.fact.type for occurrence in self.account.take_news()]


def test_each_step_comes_on_its_day_after_the_due_date() -> None:
    month = Months(CollectionPolicy(net_days=10, limit_after=2, suspend_after=5), "30.00")

    assert month.pass_days(60) == [
        "2026-11-12 invoice.overdue",
        "2026-11-13 customer.limited",
        "2026-11-16 customer.suspended",
    ]


def test_who_is_charged_by_himself_is_told_the_day_until_the_charge_has_failed() -> None:
    month = Months(CollectionPolicy(net_days=10, charge_before=2, suspend_after=20), "30.00")
    assert month.account.standing.charge_on == date(2026, 11, 9)
    month.pass_days(8)
    assert month.account.standing.charge_on == date(2026, 11, 9), "he is charged today"
    month.pass_days(1)
    assert month.account.standing.charge_on is None, "it didn't go through"
    # an invoice that follows isn't charged for who is overdue: he has to pay
    month.pass_days(3)
    month.account.charge("another thing", usd("40.00"))
    month.account.invoice_now(month.next_number)
    assert month.account.total_overdue == usd("30.00")
    assert month.account.standing.charge_on is None
    month.pay("30.00")
    assert month.account.standing.charge_on == date(2026, 11, 21)


def test_a_class_that_isnt_charged_by_itself_has_to_pay() -> None:
    assert Months(CUSTOMER_CLASSES["standard"], "30.00").account.standing.charge_on is None
    assert Months(CUSTOMER_CLASSES["charged"], "30.00").account.standing.charge_on == date(2026, 11, 15)


def test_an_invoice_that_is_due_today_is_not_overdue_with_the_one_that_was_due_yesterday() -> None:
    month = Months(CollectionPolicy(net_days=10), "30.00")
    month.pass_days(1)
    month.account.charge("another thing", usd("40.00"))
    month.account.invoice_now(month.next_number)
    month.account.take_news()

    assert month.pass_days(10) == ["2026-11-12 invoice.overdue"]
    assert month.pass_days(1) == ["2026-11-13 invoice.overdue"]


def test_a_policy_without_steps_tells_that_invoices_are_overdue_and_does_nothing_else() -> None:
    assert Months(CollectionPolicy(net_days=0), "30.00").pass_days(400) == ["2026-11-02 invoice.overdue"]


@pytest.mark.parametrize("steps", [{"suspend_after": 0}, {"limit_after": 5, "suspend_after": 5}, {"limit_after": -1}])
def test_steps_that_are_out_of_order_are_refused(steps: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="each must come after the one before"):
        CollectionPolicy(**steps)  # type: ignore[arg-type]


def test_who_was_limited_and_then_suspended_is_told_of_one_removal_the_suspensions() -> None:
    month = Months(CUSTOMER_CLASSES["limited-first"], "30.00")
    month.pass_days(30)

    assert month.pay("30.00") == ["payment.received", "invoice.paid", "customer.suspension_removed"]


def test_a_payment_that_does_not_cover_what_is_overdue_lifts_nothing() -> None:
    month = Months(CUSTOMER_CLASSES["standard"], "30.00", "40.00")
    month.pass_days(21)

    assert month.pay("69.99") == ["payment.received", "invoice.paid"]
    assert month.account.standing.amount_to_restore == usd("0.01")
    assert month.pay("0.01") == ["payment.received", "invoice.paid", "customer.suspension_removed"]


def test_an_invoice_that_is_not_due_yet_does_not_keep_a_suspension() -> None:
    month = Months(CUSTOMER_CLASSES["standard"], "30.00")
    month.pass_days(25)
    month.account.charge("another thing", usd("50.00"))
    month.account.invoice_now(month.next_number)

    assert month.account.standing.amount_to_restore == usd("30.00")
    assert "customer.suspension_removed" in month.pay("30.00")


def test_once_the_oldest_invoice_is_paid_the_steps_count_from_the_next_one() -> None:
    month = Months(CollectionPolicy(net_days=10, suspend_after=20), "30.00")
    month.pass_days(10)
    month.account.charge("another thing", usd("50.00"))
    month.account.invoice_now(month.next_number)
    month.pass_days(12)
    assert month.account.standing.next_step_on == date(2026, 12, 1)

    month.pay("30.00")

    assert month.account.standing.next_step_on == date(2026, 12, 11)
    assert month.pass_days(60) == ["2026-12-11 customer.suspended"]


def test_the_next_step_is_the_earliest_whatever_it_is() -> None:
    month = Months(CollectionPolicy(net_days=10, suspend_after=20), "30.00")
    month.pass_days(5)
    month.account.charge("another thing", usd("50.00"))
    month.account.invoice_now(month.next_number)
    month.pass_days(6)

    standing = month.account.standing

    assert (standing.next_step, standing.next_step_on) == (CollectionStep.OVERDUE, date(2026, 11, 17))


def test_a_small_debt_is_not_collected() -> None:
    month = Months(CollectionPolicy(suspend_after=7, thresholds=(usd("5.00"),)), "4.99")

    assert month.pass_days(365) == []
    assert month.account.total_overdue == usd("0.00")


def test_small_debts_are_collected_once_they_are_big_together() -> None:
    month = Months(CollectionPolicy(net_days=10, suspend_after=7, thresholds=(usd("5.00"),)), "3.00")
    month.pass_days(30)
    month.account.charge("another thing", usd("2.00"))
    month.account.invoice_now(month.next_number)
    month.account.take_news()

    assert month.pass_days(60) == [
        "2026-12-12 invoice.overdue",
        "2026-12-12 invoice.overdue",
        "2026-12-18 customer.suspended",
    ], "seven days after collection began, not at once, though the first debt is old"
    assert month.account.total_overdue == usd("5.00")


def test_what_a_payment_leaves_below_the_threshold_keeps_no_suspension_and_starts_no_new_one() -> None:
    month = Months(CollectionPolicy(suspend_after=7, thresholds=(usd("5.00"),)), "30.00")
    month.pass_days(25)

    assert month.pay("27.00") == ["payment.received", "customer.suspension_removed"]
    assert month.pass_days(365) == []


def test_a_threshold_counts_for_its_own_currency_only() -> None:
    month = Months(CollectionPolicy(suspend_after=7, thresholds=(Money(Decimal(5), "EUR"),)), "4.99")

    assert month.pass_days(30) == ["2026-11-16 invoice.overdue", "2026-11-22 customer.suspended"]


def test_months_that_are_never_paid_are_each_told_overdue_and_suspend_once() -> None:
    books = Books()
    books.add()

    books.pass_days(90)

    told = books.told()
    assert [event for event in told if "overdue" in event] == [f"invoice.overdue INV-2026-00000{n}" for n in (1, 2)] + [
        "invoice.overdue INV-2027-000001"
    ]
    assert sum("customer.suspended" in event for event in told) == 1
    assert books.account().total_overdue == usd("90.00")


def test_who_is_suspended_again_is_told_again_under_another_name() -> None:
    books = Books()
    books.add()
    books.pass_days(25)
    books.billing.pay("john-doe", usd("30.00"))

    books.pass_days(30)

    names = [h.source_id for h in books.happenings if h.fact.type.startswith("customer.")]
    assert names == [
        "customer.suspended/john-doe/1",
        "customer.suspension_removed/john-doe/2",
        "customer.suspended/john-doe/3",
    ]


def test_commitments_of_who_does_not_pay_are_terminated_and_the_penalty_is_on_the_next_invoice() -> None:
    books = Books()
    books.add(customer_class="patient", fee=None)
    books.billing.add_fee("john-doe", "Internet", usd("30.00"))
    books.billing.commit("john-doe", "Internet", usd("10.00"), date(2027, 10, 31))

    books.pass_days(80)

    terminated = books.last(CommitmentTerminated)
    assert terminated.reason is Reason.NON_PAYMENT
    assert terminated.commitment.terminated_on == date(2027, 1, 16)
    assert terminated.commitment.penalty == usd("30.00"), "three discounts of ten"
    books.pass_days(15)
    assert [line.text for line in books.invoice("INV-2027-000002").lines] == [
        "Internet: commitment COM-1 ended early",
        "Internet, 2027-02-01 to 2027-02-28",
    ]


def test_who_is_to_be_reminded_and_warned_is_told_before_each_once_and_by_when() -> None:
    policy = CollectionPolicy(net_days=10, remind_before=3, warn_before=2, suspend_after=7)
    month = Months(policy, "30.00")

    billing_run.advance(month.account, month.account.as_of + 60 * ONE_DAY, month.next_number)
    news = month.account.take_news()

    assert [f"{o.occurred_at.date()} {o.fact.type}" for o in news] == [
        "2026-11-08 invoice.due_soon",
        "2026-11-12 invoice.overdue",
        "2026-11-16 customer.suspension_warning",
        "2026-11-18 customer.suspended",
    ]
    warning = news[2].fact
    assert isinstance(warning, CustomerSuspensionWarning)
    assert warning.effective_on == date(2026, 11, 18)
    assert warning.standing.status is CustomerStatus.ACTIVE


def test_there_is_no_reminder_of_an_invoice_that_comes_later_than_the_reminder_would() -> None:
    month = Months(CollectionPolicy(net_days=3, remind_before=5), "30.00")

    assert month.pass_days(30) == ["2026-11-05 invoice.overdue"]


def test_nobody_is_warned_of_what_happens_on_the_same_day() -> None:
    month = Months(CollectionPolicy(net_days=3, warn_before=5, suspend_after=1), "30.00")

    assert month.pass_days(30) == ["2026-11-05 invoice.overdue", "2026-11-05 customer.suspended"]


def test_who_has_paid_is_neither_reminded_nor_warned() -> None:
    policy = CollectionPolicy(net_days=10, remind_before=3, warn_before=2, suspend_after=7)
    in_time, late = Months(policy, "30.00"), Months(policy, "30.00")
    in_time.pass_days(5)
    late.pass_days(13)

    in_time.pay("30.00")
    late.pay("30.00")

    assert in_time.pass_days(60) == []
    assert late.pass_days(60) == []


def test_a_suspension_that_is_put_off_by_a_payment_is_warned_of_anew() -> None:
    month = Months(CollectionPolicy(net_days=10, warn_before=2, suspend_after=20), "30.00")
    month.pass_days(10)
    month.account.charge("another thing", usd("50.00"))
    month.account.invoice_now(month.next_number)
    month.account.take_news()
    assert month.pass_days(19) == [
        "2026-11-12 invoice.overdue",
        "2026-11-22 invoice.overdue",
        "2026-11-29 customer.suspension_warning",
    ]

    month.pay("30.00")

    assert month.pass_days(30) == ["2026-12-09 customer.suspension_warning", "2026-12-11 customer.suspended"]
