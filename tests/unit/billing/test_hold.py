"""A hold: nothing is collected until its last day, and then collection goes on where it stood."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count

import pytest
from books import FIRST_OF_NOVEMBER, Books, john_doe, usd

from duebell.billing import billing_run
from duebell.billing.account import Account
from duebell.billing.collection import CUSTOMER_CLASSES, CollectionPolicy
from duebell.errors import InvalidValue, NotPossible
from duebell.events import CollectionStep, CustomerStatus, CustomerSuspensionRemoved, Reason

ONE_DAY = timedelta(days=1)
LIMITED_THEN_SUSPENDED = CollectionPolicy(net_days=10, limit_after=5, suspend_after=10)


class Debt:
    """30 dollars, invoiced on the first of November under a policy of the test's."""

    def __init__(self, policy: CollectionPolicy) -> None:
        numbers = count(1)
        self.next_number = lambda _: next(numbers)
        self.account = Account.opened(john_doe(), policy, FIRST_OF_NOVEMBER)
        self.account.charge("a thing", usd("30.00"))
        self.account.invoice_now(self.next_number)
        self.account.take_news()

    def until(self, day: date) -> list[str]:
        """What is told through that day, each with the day."""
        end = FIRST_OF_NOVEMBER + (day - FIRST_OF_NOVEMBER.date())
        billing_run.advance(self.account, end, self.next_number)
        return self.news()

    def hold(self, until: date, because: str = "pays next week") -> list[str]:
        self.account.put_on_hold(until, because)
        return self.news()

    def pay(self, amount: str) -> list[str]:
        self.account.pay(usd(amount))
        return self.news()

    def news(self) -> list[str]:
        return [f"{o.occurred_at.date()} {o.fact.type}" for o in self.account.take_news()]

    @property
    def next_step(self) -> tuple[CollectionStep | None, date | None]:
        standing = self.account.standing
        return standing.next_step, standing.next_step_on


def november(day: int) -> date:
    return date(2026, 11, day)


def test_an_invoice_that_falls_due_meanwhile_is_overdue_the_day_after_the_hold() -> None:
    debt = Debt(LIMITED_THEN_SUSPENDED)
    debt.until(november(5))

    assert debt.hold(november(20)) == []

    assert debt.next_step == (CollectionStep.OVERDUE, november(21))
    assert debt.until(november(20)) == []
    assert debt.account.total_overdue == usd("0.00")
    assert debt.until(november(30)) == [
        "2026-11-21 invoice.overdue",
        "2026-11-25 customer.limited",
        "2026-11-30 customer.suspended",
    ]


def test_the_days_of_a_hold_do_not_count_so_that_the_steps_still_to_come_keep_their_distance() -> None:
    debt = Debt(LIMITED_THEN_SUSPENDED)
    assert debt.until(november(13)) == ["2026-11-12 invoice.overdue"]

    debt.hold(november(22))

    assert debt.next_step == (CollectionStep.LIMIT, november(26))
    assert debt.until(date(2026, 12, 31)) == ["2026-11-26 customer.limited", "2026-12-01 customer.suspended"]


def test_who_is_suspended_can_use_the_service_until_the_day_and_is_suspended_again_the_day_after() -> None:
    debt = Debt(LIMITED_THEN_SUSPENDED)
    debt.until(november(22))
    assert debt.account.standing.status is CustomerStatus.SUSPENDED

    debt.account.put_on_hold(november(27), "pays on Friday")

    (lifted,) = debt.account.take_news()
    assert isinstance(lifted.fact, CustomerSuspensionRemoved)
    assert lifted.fact.reason is Reason.DELAYED
    standing = lifted.fact.standing
    assert (standing.status, standing.total_overdue) == (CustomerStatus.ACTIVE, usd("30.00"))
    assert (standing.next_step, standing.next_step_on) == (CollectionStep.SUSPEND, november(28)), "not limited first"
    assert debt.until(november(27)) == []
    assert debt.until(date(2026, 12, 31)) == ["2026-11-28 customer.suspended"]


def test_who_is_limited_is_limited_again_the_day_after_and_suspended_later_by_the_days_of_the_hold() -> None:
    debt = Debt(LIMITED_THEN_SUSPENDED)
    debt.until(november(17))

    assert debt.hold(november(19)) == ["2026-11-17 customer.limit_removed"]

    assert debt.until(date(2026, 12, 31)) == ["2026-11-20 customer.limited", "2026-11-24 customer.suspended"]


def test_who_pays_while_it_holds_is_told_of_no_removal_and_of_no_new_suspension() -> None:
    debt = Debt(LIMITED_THEN_SUSPENDED)
    debt.until(november(22))
    debt.hold(november(27))

    assert debt.pay("30.00") == ["2026-11-22 payment.received", "2026-11-22 invoice.paid"]
    assert debt.until(date(2026, 12, 31)) == []


def test_the_names_of_what_is_told_differ_each_time() -> None:
    debt = Debt(LIMITED_THEN_SUSPENDED)
    debt.until(november(22))
    names = []
    for day in (23, 26):
        debt.account.put_on_hold(november(day), "asked for it")
        billing_run.advance(debt.account, FIRST_OF_NOVEMBER + (day + 1) * ONE_DAY, debt.next_number)
        names += [occurrence.source_id for occurrence in debt.account.take_news()]

    assert names == [
        "customer.suspension_removed/john-doe/3",
        "customer.suspended/john-doe/4",
        "customer.suspension_removed/john-doe/5",
        "customer.suspended/john-doe/6",
    ]


def test_a_warning_waits_for_the_end_of_the_hold_and_still_comes_in_time() -> None:
    debt = Debt(CollectionPolicy(net_days=10, warn_before=3, suspend_after=10))
    debt.until(november(15))

    debt.hold(november(20))

    assert debt.until(november(30)) == ["2026-11-24 customer.suspension_warning", "2026-11-27 customer.suspended"]


def test_who_was_warned_before_the_hold_is_warned_anew_of_the_day_that_it_becomes() -> None:
    debt = Debt(CollectionPolicy(net_days=10, warn_before=3, suspend_after=10))
    assert debt.until(november(19))[-1] == "2026-11-18 customer.suspension_warning"

    debt.hold(november(28))

    assert debt.until(date(2026, 12, 31)) == ["2026-11-29 customer.suspension_warning", "2026-12-01 customer.suspended"]


def test_reminders_and_invoices_go_on_for_they_collect_nothing() -> None:
    books = Books()
    books.add(customer_class="patient")

    books.billing.put_on_hold("john-doe", date(2026, 12, 10), "asked for it")
    books.pass_days(35)

    assert books.told()[1:] == ["invoice.due_soon INV-2026-000001", "invoice.generated INV-2026-000002"]


def test_a_commitment_is_not_ended_for_non_payment_while_it_holds() -> None:
    books = Books()
    books.add(customer_class="patient", fee=None)
    books.billing.add_fee("john-doe", "Internet", usd("30.00"))
    books.billing.commit("john-doe", "Internet", usd("10.00"), date(2027, 10, 31))
    books.pass_days(70)

    books.billing.put_on_hold("john-doe", date(2027, 1, 20), "asked for it")
    books.pass_days(10)

    assert not any("commitment.terminated" in one for one in books.told())
    books.pass_days(7)
    assert books.told()[-1] == "commitment.terminated COM-1", "eleven days later than without"


def test_a_hold_that_is_released_counts_that_day_and_collection_goes_on_the_next() -> None:
    debt = Debt(LIMITED_THEN_SUSPENDED)
    debt.until(november(22))
    debt.hold(date(2026, 12, 31))
    debt.until(november(24))

    debt.account.release()

    assert debt.account.hold is None
    assert debt.next_step == (CollectionStep.SUSPEND, november(25))
    assert debt.until(november(30)) == ["2026-11-25 customer.suspended"]


def test_a_hold_is_made_longer_or_shorter_by_putting_it_anew() -> None:
    debt = Debt(LIMITED_THEN_SUSPENDED)
    debt.until(november(22))
    debt.hold(november(24), "pays on Tuesday")
    debt.until(november(24))

    assert debt.hold(november(29), "pays at the week's end") == [], "the service works already"
    assert debt.hold(november(26), "pays on Thursday") == []

    (hold,) = debt.account.holds.values()
    assert (hold.began_on, hold.until, hold.because) == (november(22), november(26), "pays on Thursday")
    assert debt.until(november(30)) == ["2026-11-27 customer.suspended"]


def test_a_hold_that_was_released_today_can_be_put_again() -> None:
    debt = Debt(LIMITED_THEN_SUSPENDED)
    debt.until(november(13))
    debt.hold(november(22))
    debt.account.release()

    debt.hold(november(22))

    assert debt.next_step == (CollectionStep.LIMIT, november(26)), "no day counts twice"


def test_several_holds_each_put_off_what_is_still_to_come() -> None:
    debt = Debt(LIMITED_THEN_SUSPENDED)
    debt.until(november(13))
    debt.hold(november(14))
    debt.until(november(16))
    debt.hold(november(18))

    assert [hold.number for hold in debt.account.holds.values()] == [1, 2]
    assert debt.until(november(30)) == ["2026-11-21 customer.limited", "2026-11-26 customer.suspended"]


def test_the_hold_of_an_older_debt_does_not_put_off_what_is_collected_later() -> None:
    debt = Debt(LIMITED_THEN_SUSPENDED)
    debt.until(november(13))
    debt.hold(november(30))
    debt.pay("30.00")
    debt.account.charge("another thing", usd("50.00"))
    debt.account.invoice_now(debt.next_number)
    debt.news()

    assert debt.until(date(2026, 12, 31)) == [
        "2026-12-01 invoice.overdue",
        "2026-12-05 customer.limited",
        "2026-12-10 customer.suspended",
    ]


@pytest.mark.parametrize("until", [date(2026, 10, 31), date(2027, 11, 3), date(9999, 12, 31)])
def test_a_day_that_has_passed_or_is_more_than_a_year_ahead_is_refused(until: date) -> None:
    debt = Debt(CUSTOMER_CLASSES["standard"])

    with pytest.raises(InvalidValue, match=r"until: .* give 2026-11-01 \(today\) or a later day, at most a year ahead"):
        debt.hold(until)


@pytest.mark.parametrize("because", ["", "  ", "two\nlines", "x" * 201])
def test_a_reason_is_needed_that_fits_a_line(because: str) -> None:
    debt = Debt(CUSTOMER_CLASSES["standard"])

    with pytest.raises(InvalidValue, match="because:"):
        debt.hold(november(10), because)


def test_what_is_not_held_cannot_be_released() -> None:
    debt = Debt(CUSTOMER_CLASSES["standard"])
    debt.hold(november(3))
    debt.until(november(4))

    with pytest.raises(NotPossible, match="Collection from john-doe is not on hold"):
        debt.account.release()
