"""Workers that are killed: at every named point, and at random moments."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from proof.crash import ONCE_A_LIFE, Crash, Point
from proof.errors import ProofBroken
from proof.ground import Ground, Setting, own_folder
from proof.life import Life
from proof.tally import Tally
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
    lives = _Lives(setting, AT_POINTS, setting.extent.rounds * len(Point))
    for _ in range(setting.extent.rounds):
        with lives.life(chance) as life:
            for point in sorted(Point, key=lambda point: (point is not Point.FOUND_BEFORE_COMMIT, chance.random())):
                nth = 1 if point in ONCE_A_LIFE else chance.randint(1, _SURELY)
                if not (life.crash(Crash(point, nth)) or life.crash(Crash(point, 1))):
                    raise ProofBroken(f"Two workers came to their ends without coming to the point {point.value!r}.")
                lives.tally.fault(life.look())
    return lives.verdict()


def at_random_moments(setting: Setting[Ground]) -> Verdict:
    """So many kills, each at a moment between a worker's first breath and its last."""
    chance = setting.extent.chance(AT_RANDOM)
    lives = _Lives(setting, AT_RANDOM, setting.extent.kills)
    while lives.tally.left:
        with lives.life(chance) as life:
            length = _usual_length(life)
            for _ in range(min(KILLS_A_LIFE, lives.tally.left)):
                while not life.kill_after(chance.uniform(0, length)):
                    continue
                lives.tally.fault(life.look())
    return lives.verdict()


def _usual_length(life: Life) -> float:
    """How long a worker lives that nobody disturbs, in seconds."""
    life.target.moods = ALWAYS_KIND
    length = median(life.length() for _ in range(3))
    life.target.moods = CAPRICIOUS
    return length


class _Lives:
    """One after the other, each over a database and a target of its own, and what comes of them."""

    def __init__(self, setting: Setting[Ground], name: str, aim: int) -> None:
        self.tally = Tally(setting, name, aim)
        self._ground = setting.ground
        self._repeats = 0

    @contextmanager
    def life(self, chance: random.Random) -> Iterator[Life]:
        """A new one; afterwards everything is delivered, and counted."""
        with own_folder() as folder, Target(chance.getrandbits(32)) as target:
            life = Life(self._ground.place(folder), target, folder, chance.getrandbits(32))
            yield life
            self.tally.found(life.end(), life.look())
            self._repeats += target.repeats

    def verdict(self) -> Verdict:
        return self.tally.verdict(f"{self._repeats} told again and recognised")
