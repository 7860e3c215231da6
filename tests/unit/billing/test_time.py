"""Time passes in order, a day at a time, and nothing is told twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from books import Books, john_doe, usd
from hypothesis import example, given
from hypothesis import strategies as st

from duebell.billing import billing_run
from duebell.billing.account import Account
from duebell.billing.billing import Run
from duebell.billing.collection import CollectionPolicy
from duebell.billing.occurrence import Occurrence
from duebell.errors import InvalidValue

ONE_DAY = timedelta(days=1)
ZONES = ("America/New_York", "Europe/Madrid", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Honolulu", "UTC")
moments = st.integers(0, 24 * 365 * 22).map(lambda hours: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(hours=hours))


@st.composite
def policies(draw: st.DrawFn) -> CollectionPolicy:
    """Any sensible policy: each step or none, in order."""
    steps = iter(sorted(draw(st.sets(st.integers(1, 60), min_size=3, max_size=3))))
    limit, suspend, terminate = (after if draw(st.booleans()) else None for after in steps)
    lead = st.none() | st.integers(0, 20)
    return CollectionPolicy(
        net_days=draw(st.integers(0, 40)),
        remind_before=draw(lead),
        limit_after=limit,
        warn_before=draw(lead),
        suspend_after=suspend,
        terminate_after=terminate,
        thresholds=draw(st.sampled_from([(), (usd("25.00"),), (usd("45.00"),)])),
    )


def told(account: Account, moments: Sequence[datetime], held: int) -> tuple[list[Occurrence], Account]:
    """What an account with two fees, a commitment and a hold for `held` days tells when billing runs at these moments."""
    numbers = count(1)
    account = account.copy()
    account.add_fee("Internet", usd("30.00"))
    account.add_fee("Television", usd("12.50"), account.today + 17 * ONE_DAY)
    account.commit("Internet", usd("7.00"), account.today + 70 * ONE_DAY)
    account.put_on_hold(account.today + held * ONE_DAY, "asked for it")
    for moment in moments:
        billing_run.advance(account, moment, lambda _: next(numbers))
    return account.take_news(), account


@given(
    start=moments,
    zone=st.sampled_from(ZONES),
    policy=policies(),
    hours=st.lists(st.integers(1, 200), max_size=12),
    days=st.integers(0, 200),
    held=st.integers(0, 100),
)
@example(  # Samoa had no 30th of December in 2011
    start=datetime(2011, 12, 1, 0, tzinfo=UTC),
    zone="Pacific/Apia",
    policy=CollectionPolicy(net_days=28, limit_after=1, suspend_after=2, remind_before=1),
    hours=[100, 100],
    days=60,
    held=0,
)
def test_a_long_sleep_tells_the_same_in_the_same_order_and_of_the_same_moments_as_many_short_ones(  # noqa: PLR0913 - what varies
    start: datetime, zone: str, policy: CollectionPolicy, hours: list[int], days: int, held: int
) -> None:
    account = Account.opened(john_doe(time_zone=zone), policy, start)
    end = start + days * ONE_DAY
    daily = [start + day * ONE_DAY for day in range(days + 1)]
    sums = [start + timedelta(hours=sum(hours[:n])) for n in range(len(hours) + 1)]
    irregular = [*(moment for moment in sums if moment < end), end]

    at_once, account_at_once = told(account, [end], held)

    assert told(account, daily, held) == (at_once, account_at_once)
    assert told(account, irregular, held) == (at_once, account_at_once)
    assert [o.occurred_at for o in at_once] == sorted(o.occurred_at for o in at_once)
    assert len({o.source_id for o in at_once}) == len(at_once)


def test_billing_that_runs_again_and_again_tells_nothing_twice() -> None:
    books = Books()
    books.add()
    books.pass_days(21)
    before = books.told()

    again = [books.billing.run() for _ in range(3)]

    assert again == [Run(visits=0, events=0, more=False)] * 3
    assert books.told() == before


def test_invoices_are_numbered_without_gaps_in_the_order_of_their_days_though_billing_slept_for_months() -> None:
    books = Books()
    for name, day in (("a", 20), ("b", 10), ("c", 10)):
        books.billing.add_customer(john_doe(external_id=name))
        books.billing.add_fee(name, "Internet", usd("30.00"), date(2026, 11, day))
    books.now += 75 * ONE_DAY

    books.billing.run()

    issued = [h.fact for h in books.happenings if h.fact.type == "invoice.generated"]
    by_number: list[Any] = sorted((fact.subject, fact.invoice.issued_on) for fact in issued)  # type: ignore[attr-defined]
    numbers, days = zip(*by_number, strict=True)
    assert numbers == tuple(f"INV-2026-{n:06d}" for n in range(1, 7)) + tuple(f"INV-2027-{n:06d}" for n in range(1, 3))
    assert list(days) == sorted(days)
    assert [h.occurred_at for h in books.happenings] == sorted(h.occurred_at for h in books.happenings)


def test_a_run_in_portions_does_what_a_whole_run_does() -> None:
    whole, portions = Books(), Books()
    for books in (whole, portions):
        for name in "abcde":
            books.add(name)
        books.now += 40 * ONE_DAY

    whole.billing.run()
    runs = [portions.billing.run(at_most=3)]
    while runs[-1].more:
        runs.append(portions.billing.run(at_most=3))

    assert len(runs) > 4
    assert all(run.visits <= 3 for run in runs)
    assert portions.happenings == whole.happenings


def test_what_is_done_to_a_customer_comes_after_what_time_has_done() -> None:
    books = Books()
    books.add()
    books.now += 21 * ONE_DAY

    change = books.billing.pay("john-doe", usd("30.00"))

    assert [happening.fact.type for happening in change.happenings] == [
        "invoice.overdue",
        "customer.suspended",
        "payment.received",
        "invoice.paid",
        "customer.suspension_removed",
    ]


def test_only_billings_clock_is_set_ahead() -> None:
    books = Books()
    books.add()

    clock = books.billing.advance(days=21)
    books.billing.run()

    assert clock.now == books.now + 21 * ONE_DAY
    assert clock.offset == 21 * ONE_DAY
    assert books.told()[-1] == "customer.suspended INV-2026-000001"
    assert books.billing.advance(days=0, hours=5).offset == timedelta(days=21, hours=5)


@pytest.mark.parametrize("by", [{"days": 0}, {"days": -1}, {"days": 1, "hours": -1}])
def test_the_clock_is_never_set_back(by: dict[str, int]) -> None:
    with pytest.raises(InvalidValue, match="only goes ahead"):
        Books().billing.advance(**by)


def test_the_clock_is_not_set_further_ahead_than_a_century() -> None:
    books = Books()
    books.billing.advance(days=36_525)

    for days in (1, 10**12):
        with pytest.raises(InvalidValue, match="36525 days ahead of the real one at most"):
            books.billing.advance(days=days)


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_a_span_of_whole_days_ends_with_the_last_day_billed_whatever_the_hour(hour: int) -> None:
    books = Books(now=datetime(2026, 11, 3, hour, 30, tzinfo=UTC))
    zones = ("America/New_York", "Europe/Madrid", "Asia/Tokyo", "Pacific/Honolulu")
    for number, zone in enumerate(zones):
        books.add(f"customer-{number}", time_zone=zone)

    reached = books.billing.advance(days=15).now
    books.billing.run()
    while books.billing.finish_day(reached):
        books.billing.run()

    assert [books.told(f"customer-{number}")[-1].split()[0] for number in range(len(zones))] == ["invoice.overdue"] * 4
    assert books.billing.clock().now - reached <= timedelta(hours=7)


def test_a_clock_that_is_set_back_by_hand_does_not_turn_the_order_of_events() -> None:
    books = Books()
    books.add()
    books.now -= timedelta(hours=3)

    books.billing.pay("john-doe", usd("30.00"))

    moments = [happening.occurred_at for happening in books.happenings]
    assert moments == sorted(moments)
