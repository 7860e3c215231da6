"""What the benchmarks say of what they measured."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.crowd import CUSTOMERS, EVENTS, in_lines, invoices, newcomers
from benchmarks.figure import Figure, Runs

from builders import NOON


def a_figure(ours: float, other: float, **more: Any) -> Figure:
    rest = {"name": "events", "unit": "events/s", "other_name": "another", "aim": 2, **more}
    return Figure(ours=Runs([ours]), other=Runs([other]), **rest)


def test_the_ratio_tells_how_often_more_ours_is() -> None:
    assert a_figure(300, 100).ratio == 3


def test_where_less_is_better_the_ratio_is_turned_over() -> None:
    figure = a_figure(2, 8, unit="ms", lower_is_better=True)

    assert figure.ratio == 4


@pytest.mark.parametrize(("ours", "good"), [(199, False), (200, True), (201, True)])
def test_a_ratio_is_good_from_the_aim_on(ours: float, *, good: bool) -> None:
    assert a_figure(ours, 100).is_good is good


def test_several_runs_count_by_their_median_and_show_how_far_they_lie_apart() -> None:
    runs = Runs([900, 1500, 1234.5])

    assert runs.median == 1234.5
    assert str(runs) == "1,234 (900 to 1,500)"


def test_a_figure_is_written_with_just_the_members_that_readers_expect() -> None:
    assert a_figure(300, 90).as_json() == {
        "name": "events",
        "unit": "events/s",
        "ours": 300,
        "other": 90,
        "other_name": "another",
        "ratio": 3.333,
        "aim": 2,
    }


def test_each_event_of_the_crowd_is_another_and_none_of_a_customer_makes_another_of_his_untrue() -> None:
    happenings = invoices(NOON)

    assert len({happening.id for happening in happenings}) == len(happenings) == EVENTS
    assert len({happening.fact.customer.external_id for happening in happenings}) == CUSTOMERS
    assert len({happening.fact.subject for happening in happenings}) == EVENTS


def test_a_customers_events_stay_in_one_line_and_in_order() -> None:
    first, second, third = (owed for owed, _ in zip(newcomers(NOON), range(3), strict=False))

    lines = in_lines([first, second, first, third], lines=2, batch=2)

    assert lines == [[[first, first], [third]], [[second]]]
