import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON
from duebell.console.pages.chart import HEIGHT, WIDTH, latencies, rates
from duebell.storage.flow import Minute

counts = st.integers(min_value=0, max_value=10**7)
seconds = st.lists(st.floats(min_value=0, max_value=10**7), max_size=5).map(lambda found: tuple(sorted(found)))


def a_minute(recorded=0, provisioned=0, *found):
    return Minute(start=NOON, recorded=recorded, provisioned=provisioned, latencies=found)


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (0, ["2", "1", "0"]),
        (3, ["4", "2", "0"]),
        (11, ["20", "10", "0"]),
        (41, ["60", "30", "0"]),
        (9_999, ["10,000", "5,000", "0"]),
    ],
)
def test_the_scale_of_events_has_whole_numbers_that_read_well(most, ticks):
    assert list(rates([a_minute(most)]).ticks) == ticks


def test_nothing_has_no_bar_and_one_of_many_is_seen():
    chart = rates([a_minute(), a_minute(1, 0), a_minute(10_000, 0)])
    assert [bar.kind for bar in chart.bars] == ["recorded", "recorded"]
    assert all(bar.height >= 1 for bar in chart.bars)


def test_a_slow_minute_stands_higher_than_a_quick_one():
    quick, slow = (bar for bar in latencies([a_minute(1, 1, 0.05), a_minute(1, 1, 90.0)]).bars if bar.kind == "p50")
    assert slow.y < quick.y


def test_latencies_are_told_in_spans():
    assert list(latencies([a_minute(1, 1, 0.05), a_minute(1, 1, 4.0)]).ticks) == ["10 s", "1 s", "100 ms", "10 ms"]


@given(
    st.lists(
        st.builds(lambda one, other, found: a_minute(one, max(other, len(found)), *found), counts, counts, seconds),
        min_size=1,
    )
)
def test_every_bar_stays_in_its_box(minutes):
    for chart in (rates(minutes), latencies(minutes)):
        for bar in chart.bars:
            assert bar.x >= 0
            assert bar.x + bar.width <= WIDTH + 0.01
            assert bar.y >= -0.01
            assert bar.y + bar.height <= HEIGHT + 2
