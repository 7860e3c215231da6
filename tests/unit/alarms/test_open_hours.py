"""How much of a time lies within business hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebell.alarms.open_hours import OpenHours

SUNDAY = datetime(2026, 11, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 400 * 24 * 60).map(lambda minutes: SUNDAY + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("text", "hours_of_a_week"),
    [
        ("", 168),
        ("Mon-Fri", 120),
        ("Mon-Fri 08:00-18:00", 50),
        ("mon-fri 08:00-18:00", 50),
        ("Sat-Mon 10:00-12:30", 7.5),
        ("Wed", 24),
        ("08:00-24:00", 112),
    ],
)
def test_days_and_hours_are_read(text: str, hours_of_a_week: float) -> None:
    week = OpenHours.parse(text, "UTC").between(SUNDAY, SUNDAY + timedelta(days=7))
    assert week == timedelta(hours=hours_of_a_week)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("weekdays", "type it like Mon-Fri 08:00-18:00"),
        ("Mon-Xxx", "days are Mon, Tue, Wed, Thu, Fri, Sat, Sun: type it like"),
        ("Mon 25:00-26:00", "25:00 is no time of the day"),
        ("Mon 18:00-08:00", "the hours end before they begin"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        OpenHours.parse(text, "UTC")


def test_the_hours_are_those_of_the_place_also_when_its_clocks_change() -> None:
    hours = OpenHours.parse("08:00-18:00", "America/New_York")
    before = hours.between(datetime(2026, 10, 30, 11, 59, tzinfo=UTC), datetime(2026, 10, 30, 12, 1, tzinfo=UTC))
    after = hours.between(datetime(2026, 11, 2, 12, 59, tzinfo=UTC), datetime(2026, 11, 2, 13, 1, tzinfo=UTC))
    assert before == after == timedelta(minutes=1)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_a_time_is_the_sum_of_its_parts(one: datetime, two: datetime, three: datetime) -> None:
    start, middle, end = sorted((one, two, three))
    hours = OpenHours.parse("Mon-Fri 08:00-18:00", "Europe/Berlin")
    assert hours.between(start, middle) + hours.between(middle, end) == hours.between(start, end)


@given(MOMENTS, MOMENTS)
def test_without_hours_all_time_counts(one: datetime, two: datetime) -> None:
    start, end = sorted((one, two))
    assert OpenHours.parse("", "Asia/Kathmandu").between(start, end) == end - start
