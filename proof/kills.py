"""Workers that are killed: at every named point, and at random moments."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from proof.crash import ONCE_A_LIFE, Crash, Point
from proof.errors import ProofBroken
from proof.figures import Figures
from proof.ground import Ground, Setting, own_folder
from proof.life import Life
from proof.target import ALWAYS_KIND, CAPRICIOUS, Target
from proof.verdict import Verdict

AT_POINTS = "killed at every named point"
AT_RANDOM = "killed at random moments"
KILLS_A_LIFE = 50
_SURELY = 2
"""A worker comes by most points at least so often."""


def of_workers(setting: Setting[Ground]) -> Iterator[Verdict]:
    """The part of `make proof`."""
    yield at_every_point(setting)
    yield at_random_moments(setting)


def at_every_point(setting: Setting[Ground]) -> Verdict:
    """In each round a new database, whose workers are killed at one point after the other, in an order of its own."""
    chance = setting.extent.chance(AT_POINTS)
    tally = _Tally(setting, AT_POINTS, setting.extent.rounds * len(Point))
    for _ in range(setting.extent.rounds):
        with tally.life(chance) as life:
            for point in sorted(Point, key=lambda point: (point is not Point.FOUND_BEFORE_COMMIT, chance.random())):
                nth = 1 if point in ONCE_A_LIFE else chance.randint(1, _SURELY)
                if not (life.crash(Crash(point, nth)) or life.crash(Crash(point, 1))):
                    raise ProofBroken(f"Two workers came to their ends without coming to the point {point.value!r}.")
                tally.look_at(life)
    return tally.verdict()


def at_random_moments(setting: Setting[Ground]) -> Verdict:
    """So many kills, each at a moment between a worker's first breath and its last."""
    chance = setting.extent.chance(AT_RANDOM)
    tally = _Tally(setting, AT_RANDOM, setting.extent.kills)
    while tally.left:
        with tally.life(chance) as life:
            length = _usual_length(life)
            for _ in range(min(KILLS_A_LIFE, tally.left)):
                while not life.kill_after(chance.uniform(0, length)):
                    continue
                tally.look_at(life)
    return tally.verdict()


def _usual_length(life: Life) -> float:
    """How long a worker lives that nobody disturbs, in seconds."""
    life.target.moods = ALWAYS_KIND
    length = median(life.length() for _ in range(3))
    life.target.moods = CAPRICIOUS
    return length


class _Tally:
    """What comes of many lives."""

    def __init__(self, setting: Setting[Ground], name: str, aim: int) -> None:
        self._setting = setting
        self._name = name
        self._aim = aim
        self._faults = 0
        self._repeats = 0
        self._figures = Figures(0, 0, 0, 0)
        self._unexplained: list[str] = []

    @property
    def left(self) -> int:
        """How many faults are still to come."""
        return self._aim - self._faults

    @contextmanager
    def life(self, chance: random.Random) -> Iterator[Life]:
        """A new database and target; afterwards everything is delivered, and counted."""
        with own_folder() as folder, Target(chance.getrandbits(32)) as target:
            life = Life(self._setting.ground.place(folder), target, folder, chance.getrandbits(32))
            yield life
            self._figures += life.end()
            self._unexplained += life.look()
            self._repeats += target.repeats

    def look_at(self, life: Life) -> None:
        """A fault happened: look at the rows as it left them."""
        self._faults += 1
        self._unexplained += life.look()
        self._setting.progress(self._setting.ground.engine, f"{self._name}: {self._faults}", self._faults / self._aim)

    def verdict(self) -> Verdict:
        return Verdict(
            name=self._name,
            engine=self._setting.ground.engine,
            seed=self._setting.extent.seed,
            faults=self._faults,
            figures=self._figures,
            unexplained=tuple(dict.fromkeys(self._unexplained)),
            remark=f"{self._repeats} told again and recognised",
        )
