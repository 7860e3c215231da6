"""One database and its target through many workers: each begins where the one before was killed."""

from __future__ import annotations

import random
import time
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from proof.crash import Crash
from proof.errors import ProofBroken
from proof.figures import Figures, unexplained, waiting
from proof.place import Place
from proof.processes import PATIENCE, ended, started, wire
from proof.target import ALWAYS_KIND, Target
from proof.worker import Order, work

FACTS_A_WORKER = 12
REPEATED = 2
"""So many facts that were acknowledged each worker is told again: billing repeats itself."""


class Life:
    """A database, a target and billing's journal of what was acknowledged.

    Args:
        place: the database, not there yet.
        target: running.
        folder: for the journal.
        seed: of all that is chosen.
        hasty: see `Order.hasty`. Then nothing is told again, for that would mend it.
    """

    def __init__(self, place: Place, target: Target, folder: Path, seed: int, *, hasty: bool = False) -> None:
        self.place = place
        self.target = target
        self._hasty = hasty
        self._journal = folder / "acknowledged"
        self._journal.touch()
        self._chance = random.Random(seed)  # noqa: S311 - a seed that can be run again

    @property
    def acknowledged(self) -> set[int]:
        """The facts that billing takes for recorded."""
        return {int(line) for line in self._journal.read_text(encoding="ascii").splitlines()}

    def crash(self, crash: Crash) -> bool:
        """Run a worker into this crash point; False: it came to its end before."""
        worker, _ = self.start(crash)
        return not ended(worker)

    def kill_after(self, seconds: float) -> bool:
        """Start a worker and kill it so long after it began; False: it came to its end before."""
        worker, progress = self.start()
        progress.poll(PATIENCE)
        worker.join(seconds)
        worker.kill()
        return not ended(worker)

    def length(self) -> float:
        """Let a worker live to its end; gives the seconds from its beginning on."""
        worker, progress = self.start()
        progress.recv()
        began = time.perf_counter()
        progress.poll(PATIENCE)
        seconds = time.perf_counter() - began
        if not ended(worker):
            raise ProofBroken("Somebody else killed a worker.")
        return seconds

    def start(self, crash: Crash | None = None) -> tuple[ForkServerProcess, Connection]:
        """A worker with new facts and with those that were not acknowledged, and what it tells of its progress."""
        known = sorted(self.acknowledged)
        next_ = known[-1] + 1 if known else 0
        again = [] if self._hasty else self._chance.sample(known, min(REPEATED, len(known)))
        order = Order(
            place=self.place,
            target=self.target.url,
            journal=self._journal,
            facts=(*again, *range(next_, next_ + FACTS_A_WORKER)),
            seed=self._chance.getrandbits(32),
            crash=crash,
            hasty=self._hasty,
        )
        progress, told = wire()
        worker = started(work, order, told)
        told.close()
        return worker, progress

    def look(self) -> tuple[str, ...]:
        """What its rows say that can't be."""
        with self.place.look() as connection:
            return unexplained(connection)

    def end(self) -> Figures:
        """Let a last worker deliver everything to a target that is kind, and say what became of the events.

        Raises:
            ProofBroken: not everything was settled.
        """
        self.target.moods = ALWAYS_KIND
        self.length()
        with self.place.look() as connection:
            left = waiting(connection)
        if left:
            raise ProofBroken(f"A worker that ended by itself left {left} events unsettled.")
        return Figures.of(self.acknowledged, self.target.effects)
