"""The last hour as bars: geometry only, the templates draw it. All in a box 600 wide and 100 high, y downwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from duebell.console.pages.wording import count, span
from duebell.operations.flow import latency
from duebell.storage.flow import Minute

WIDTH, HEIGHT = 600.0, 100.0
_LEAST = 1.5
"""The height of what is above nothing, so that it is seen."""
_MOST_TICKS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; `kind` is the class that colours it."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """`ticks`: the labels of the grid's lines, evenly spaced, from top to bottom; `lines`: their y."""

    ticks: Sequence[str]
    bars: Sequence[Bar]

    @property
    def lines(self) -> Sequence[float]:
        return [HEIGHT * place / (len(self.ticks) - 1) for place in range(len(self.ticks))]


def rates(minutes: Sequence[Minute]) -> Chart:
    """Events a minute: recorded, and over it, narrower, provisioned."""
    top = _round_up(max((max(one.recorded, one.provisioned) for one in minutes), default=0))
    bars = []
    for place, one in enumerate(minutes):
        bars.append(_bar("recorded", place, len(minutes), one.recorded / top, 0.8))
        bars.append(_bar("provisioned", place, len(minutes), one.provisioned / top, 0.4))
    return Chart([count(top), count(top // 2), "0"], [bar for bar in bars if bar.height])


def latencies(minutes: Sequence[Minute]) -> Chart:
    """Seconds from recorded to provisioned, on a logarithmic scale: for each minute a bar from p50 to p95, p50 marked."""
    found = {place: known for place, one in enumerate(minutes) if (known := latency([one]))}
    low = floor(log10(min((max(one.p50, 0.01) for one in found.values()), default=0.01)))
    high = max(low + 1, ceil(log10(max((max(one.p95, 0.01) for one in found.values()), default=1))))
    step = ceil((high - low) / (_MOST_TICKS - 1))
    decades = range(low, high + step, step)

    def y(seconds: float) -> float:
        return HEIGHT * (1 - (log10(max(seconds, 10.0**low)) - low) / (decades[-1] - low))

    bars = []
    for place, one in found.items():
        x, width = _column(place, len(minutes), 0.8)
        bars.append(Bar("p95", x, y(one.p95), width, max(y(one.p50) - y(one.p95), _LEAST)))
        bars.append(Bar("p50", x, min(y(one.p50), HEIGHT - 2 * _LEAST), width, 2 * _LEAST))
    return Chart([span(10.0**decade) for decade in reversed(decades)], bars)


def _bar(kind: str, place: int, of: int, part: float, width: float) -> Bar:
    x, wide = _column(place, of, width)
    height = max(_LEAST, HEIGHT * part) if part else 0
    return Bar(kind, x, HEIGHT - height, wide, height)


def _column(place: int, of: int, part: float) -> tuple[float, float]:
    """Where a bar begins that takes that part of its column, and how wide it is."""
    column = WIDTH / of
    return round(column * (place + (1 - part) / 2), 2), round(column * part, 2)


def _round_up(most: int) -> int:
    """The next even number that reads well: 2, 4, 6, 10, 20, 40 and so on."""
    least, ten = max(most, 2), 1
    while True:
        for step in (2, 4, 6, 10):
            if step * ten >= least:
                return step * ten
        ten *= 10
