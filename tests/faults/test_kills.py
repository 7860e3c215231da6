"""A process that is killed loses nothing, tells nothing twice and changes no order; a mistake that would is found."""

from __future__ import annotations

from pathlib import Path

from proof.crash import Crash, Point
from proof.ground import Ground, Setting
from proof.kills import at_every_point, at_random_moments
from proof.life import Life
from proof.target import ALWAYS_KIND, Target


def test_killed_at_every_named_point_everything_arrives_once_and_in_order(setting: Setting[Ground]) -> None:
    verdict = at_every_point(setting)
    assert verdict.faults == len(Point)
    assert verdict.holds, verdict


def test_killed_at_random_moments_everything_arrives_once_and_in_order(setting: Setting[Ground]) -> None:
    verdict = at_random_moments(setting)
    assert verdict.faults == setting.extent.kills
    assert verdict.holds, verdict


def test_events_that_are_acknowledged_before_they_are_committed_are_found_missing(
    setting: Setting[Ground], tmp_path: Path
) -> None:
    with Target(1, ALWAYS_KIND) as target:
        life = Life(setting.ground.place(tmp_path), target, tmp_path, 1, hasty=True)
        assert life.crash(Crash(Point.RECORD_BEFORE_COMMIT, 1))
        assert life.end().lost > 0
