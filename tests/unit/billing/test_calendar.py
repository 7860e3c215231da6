"""Days are the customer's own: months' ends, leap days, midnights elsewhere, clocks that change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from books import Books, usd

from duebell.billing.fee import Fee
from duebell.events import InvoiceGenerated, InvoiceOverdue


def charge_days(first: date, count: int) -> list[date]:
    fee = Fee(service="Internet", amount=usd("30"), first_charged_on=first, next_charge_on=first)
    days = []
    for _ in range(count):
        days.append(fee.next_charge_on)
        fee = fee.charged()
    return days


def test_a_monthly_fee_is_charged_on_the_same_day_of_each_month() -> None:
    assert charge_days(date(2026, 11, 15), 3) == [date(2026, 11, 15), date(2026, 12, 15), date(2027, 1, 15)]


@pytest.mark.parametrize("day", [28, 29, 30, 31])
def test_the_anniversary_of_the_last_days_of_a_month_is_the_28th(day: int) -> None:
    assert charge_days(date(2027, 1, day), 3) == [date(2027, 1, day), date(2027, 2, 28), date(2027, 3, 28)]


def test_a_fee_that_begins_on_a_leap_day_is_charged_on_the_28th_from_then_on() -> None:
    assert charge_days(date(2028, 2, 29), 13)[1:] == [date(2028 + (m > 12), (m - 1) % 12 + 1, 28) for m in range(3, 15)]


def test_an_invoice_says_which_period_its_fee_is_for() -> None:
    books = Books(now=datetime(2027, 1, 31, 15, tzinfo=UTC))
    books.add()
    books.pass_days(28)

    texts = [line.text for invoice in books.account().invoices.values() for line in invoice.lines]

    assert texts == ["Internet, 2027-01-31 to 2027-02-27", "Internet, 2027-02-28 to 2027-03-27"]


def test_a_leap_day_is_a_day_like_any_other_before_a_due_date() -> None:
    books = Books(now=datetime(2028, 2, 20, 15, tzinfo=UTC))
    books.add()

    books.pass_days(14)
    assert books.told() == ["invoice.generated INV-2028-000001"]
    books.pass_days(1)

    assert books.last(InvoiceOverdue).invoice.due_on == date(2028, 3, 5)
    assert books.happenings[-1].occurred_at == datetime(2028, 3, 6, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("time_zone", "issued_on"),
    [
        ("Pacific/Honolulu", date(2026, 10, 31)),
        ("America/New_York", date(2026, 11, 1)),
        ("Asia/Tokyo", date(2026, 11, 1)),
        ("Pacific/Kiritimati", date(2026, 11, 1)),
    ],
)
def test_at_one_moment_customers_around_the_world_are_invoiced_on_their_own_day(time_zone: str, issued_on: date) -> None:
    books = Books(now=datetime(2026, 11, 1, 5, tzinfo=UTC))

    books.add(time_zone=time_zone)

    assert books.last(InvoiceGenerated).invoice.issued_on == issued_on


def test_an_invoice_is_overdue_in_tokyo_while_it_is_not_yet_in_new_york() -> None:
    books = Books(now=datetime(2026, 11, 1, 13, tzinfo=UTC))
    books.add("east", time_zone="Asia/Tokyo")
    books.add("west", time_zone="America/New_York")
    books.now = datetime(2026, 11, 15, 21, tzinfo=UTC)

    books.billing.run()

    assert books.told("east") == ["invoice.generated INV-2026-000001", "invoice.overdue INV-2026-000001"]
    assert books.told("west") == ["invoice.generated INV-2026-000002"]


def test_a_payment_late_in_the_evening_of_the_due_date_is_in_time() -> None:
    books = Books()
    books.add()
    books.now = datetime(2026, 11, 15, 23, 59, 59, tzinfo=ZoneInfo("America/New_York"))

    books.billing.pay("john-doe", usd("30.00"))
    books.pass_days(3)

    assert "invoice.overdue INV-2026-000001" not in books.told()


@pytest.mark.parametrize(
    ("began", "run_at"),
    [
        (datetime(2026, 10, 18, 15, tzinfo=UTC), datetime(2026, 11, 2, 11, tzinfo=UTC)),
        (datetime(2027, 2, 28, 15, tzinfo=UTC), datetime(2027, 3, 15, 10, tzinfo=UTC)),
    ],
    ids=["clocks are set back", "clocks are set ahead"],
)
def test_the_billing_run_is_at_six_by_the_customers_clock_before_and_after_clocks_change(
    began: datetime, run_at: datetime
) -> None:
    books = Books(now=began)
    books.add()

    books.pass_days(16)

    assert books.happenings[-1].fact.type == "invoice.overdue"
    assert books.happenings[-1].occurred_at == run_at
    assert run_at.astimezone(ZoneInfo("America/New_York")).hour == 6


def test_what_comes_after_the_days_billing_run_waits_for_the_next_one() -> None:
    books = Books()
    books.add(fee=None)
    books.billing.add_fee("john-doe", "Internet", usd("30.00"))

    books.now += timedelta(hours=19)
    books.billing.run()
    assert books.told() == []
    books.now += timedelta(hours=2)
    books.billing.run()

    assert books.told() == ["invoice.generated INV-2026-000001"]
    assert books.happenings[-1].occurred_at == datetime(2026, 11, 2, 11, tzinfo=UTC)


def test_invoices_are_numbered_anew_each_year_by_the_customers_calendar() -> None:
    books = Books(now=datetime(2026, 12, 31, 20, tzinfo=UTC))
    books.add("west", time_zone="America/New_York")
    books.add("east", time_zone="Asia/Tokyo")

    assert books.told("west") == ["invoice.generated INV-2026-000001"]
    assert books.told("east") == ["invoice.generated INV-2027-000001"]
