"""Who reads raw events is killed between reading, recording and settling: nothing is lost, doubled or out of order; a mistake is found."""

from __future__ import annotations

import pytest
from proof.figures import Figures
from proof.ground import Ground, Setting, SqliteGround
from proof.portabilling.reader import READING_POINTS
from proof.portabilling.reading import at_every_point, at_random_moments
from proof.portabilling.recorded import figures

HAPPENED = {"1": ["invoice.generated", "invoice.overdue", "invoice.paid"], "2": ["invoice.generated"]}


def test_killed_at_every_point_of_reading_everything_is_recorded_once_and_in_order(setting: Setting[Ground]) -> None:
    verdict = at_every_point(setting)
    assert verdict.faults == len(READING_POINTS)
    assert verdict.holds, verdict


def test_killed_at_random_moments_of_reading_everything_is_recorded_once_and_in_order(
    on_sqlite: Setting[SqliteGround],
) -> None:
    verdict = at_random_moments(on_sqlite)
    assert verdict.faults > 0
    assert verdict.holds, verdict


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (HAPPENED, Figures(4, 0, 0, 0)),
        ({"1": HAPPENED["1"]}, Figures(4, 1, 0, 0)),
        ({**HAPPENED, "2": ["invoice.generated"] * 2}, Figures(5, 0, 1, 0)),
        ({**HAPPENED, "3": ["invoice.paid"]}, Figures(5, 0, 1, 0)),
        ({**HAPPENED, "1": ["invoice.generated", "invoice.paid", "invoice.overdue"]}, Figures(4, 0, 0, 1)),
    ],
    ids=["all is well", "lost", "doubled", "told of what never was", "out of order"],
)
def test_what_is_told_otherwise_than_it_happened_is_counted(told: dict[str, list[str]], found: Figures) -> None:
    assert figures(HAPPENED, told) == found
