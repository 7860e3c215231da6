from __future__ import annotations

from datetime import timedelta

import pytest

from builders import NOON, everything_provisioned, generated
from duebell.espf.handler import TargetDown
from duebell.espf.pace import BEARABLE, Limits, Pace

SECOND = timedelta(seconds=1)


def test_a_call_carries_what_the_target_takes_at_most_until_that_is_too_much() -> None:
    pace = Pace(Limits())
    assert pace.batch(800) == 800
    pace.answered(800, BEARABLE * 4)
    assert pace.batch(800) == 100, "so that the next takes about half of what is bearable"
    pace.answered(100, 1)
    assert pace.batch(800) == 200
    for _ in range(5):
        pace.answered(100, 1)
    assert pace.batch(800) == 800


def test_a_target_that_goes_down_under_a_call_gets_half_of_it_and_never_less_than_one_event() -> None:
    pace = Pace(Limits())
    pace.failed(800)
    assert pace.batch(800) == 400
    for _ in range(20):
        pace.failed(pace.batch(800))
    assert pace.batch(800) == 1


def test_a_single_event_that_takes_long_is_still_sent() -> None:
    pace = Pace(Limits())
    pace.answered(1, BEARABLE * 10)
    assert pace.batch(800) == 1


def test_calls_begin_as_often_as_allowed_and_no_more() -> None:
    pace = Pace(Limits(calls_per_second=4))
    assert pace.wait_until(NOON) is None
    pace.began(NOON)
    assert pace.wait_until(NOON) == NOON + SECOND / 4
    assert pace.wait_until(NOON + SECOND / 4) is None


def test_a_clock_set_back_does_not_silence_a_target() -> None:
    pace = Pace(Limits(calls_per_second=1))
    pace.began(NOON)
    assert pace.wait_until(NOON - timedelta(hours=1)) is None


@pytest.mark.parametrize(("share", "calls", "gap"), [(1.0, 4, 0.5), (0.5, 2, 1.0), (0.1, 1, 5.0)])
def test_processes_share_what_a_target_bears(share: float, calls: int, gap: float) -> None:
    pace = Pace(Limits(calls_in_flight=4, calls_per_second=2), share=lambda: share)
    pace.began(NOON)
    assert pace.calls_in_flight == calls
    assert pace.wait_until(NOON) == NOON + timedelta(seconds=gap)


async def test_the_dispatcher_keeps_to_the_calls_a_second(espf) -> None:
    espf.target.max_batch = 1
    for number in range(5):
        espf.record(generated(f"customer-{number}"))
    dispatcher = espf.dispatcher(pace=Pace(Limits(calls_in_flight=3, calls_per_second=2)))
    made = []
    for _ in range(5):
        await dispatcher.drain()
        made.append(len(espf.target.calls))
        espf.clock.advance(seconds=0.5)
    assert made == [1, 2, 3, 4, 5]


async def test_few_long_lines_are_spread_over_all_calls_that_may_be_out(espf) -> None:
    espf.target.max_batch = 12
    for number in range(40):
        espf.record(*(generated(f"customer-{line}", f"INV-{line}-{number}") for line in range(4)))
    await espf.dispatch(pace=Pace(Limits(calls_in_flight=2)))
    lines = [len({owed.stream for owed in call}) for call in espf.target.calls]
    assert lines[0] == 4
    assert max(lines[1:-1]) == 2
    assert [state for _, state in espf.states()].count("provisioned") == 160


async def test_a_size_that_the_target_cannot_bear_is_found_by_halving(espf) -> None:
    def small_ones(batch):
        if len(batch) > 3:
            raise TargetDown("Too much for it.")
        return everything_provisioned(batch)

    espf.target.answer = small_ones
    for number in range(10):
        espf.record(generated(f"customer-{number}"))
    dispatcher = espf.dispatcher(pace=Pace(Limits(calls_in_flight=1)))
    for _ in range(10):
        await dispatcher.drain()
        espf.clock.advance(minutes=2)
    assert {state for _, state in espf.states()} == {"provisioned"}
