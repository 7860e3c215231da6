"""What was measured: rates over several runs, and the figure that two of them make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Runs:
    """The same measured several times over; never empty."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        return median(self.values)

    def __str__(self) -> str:
        """The median, and between which values the runs lay."""
        return f"{_short(self.median)} ({_short(min(self.values))} to {_short(max(self.values))})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value of ours beside another, both in `unit` and of one run; `aim` is the least ratio that is good."""

    name: str
    unit: str
    ours: Runs
    other: Runs
    other_name: str
    aim: float
    lower_is_better: bool = False

    @property
    def ratio(self) -> float:
        """How often better ours is, of the medians: whichever way the unit goes, more is better."""
        ours, other = self.ours.median, self.other.median
        return other / ours if self.lower_is_better else ours / other

    @property
    def is_good(self) -> bool:
        return self.ratio >= self.aim

    def as_json(self) -> Mapping[str, str | float]:
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": round(self.ours.median, 3),
            "other": round(self.other.median, 3),
            "other_name": self.other_name,
            "ratio": round(self.ratio, 3),
            "aim": self.aim,
        }


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits tell enough
