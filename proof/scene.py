"""Services at work over one database, with a wire to the engine and one to the target that may be cut."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Protocol

from proof.dialect import Effect
from proof.errors import ProofBroken
from proof.facts import number_of
from proof.figures import Figures, unexplained
from proof.place import Place
from proof.processes import ended, started
from proof.service import AT_ONCE, LOG, Errand, configure, serve

PATIENCE = 90.0
"""Seconds in which everything must go on after an outage; it is printed how long it took."""
_LOOK = 0.02  # seconds
_LAST_LINES = 30


class Outside(Protocol):
    """A target that remembers."""

    @property
    def effects(self) -> Sequence[Effect]:
        """What took effect there, in that order."""


class Scene:
    """One service that records and delivers, and others that only deliver, if there are.

    Attributes:
        place: their database.
        services: the processes, the recording one first.
    """

    def __init__(self, place: Place, target: Outside, services: list[ForkServerProcess], errand: Errand) -> None:
        self.place = place
        self.services = services
        self._target = target
        self._errand = errand

    @property
    def effects(self) -> Sequence[Effect]:
        """What took effect at the target, in that order."""
        return self._target.effects

    @property
    def acknowledged(self) -> set[int]:
        """The facts that billing takes for recorded."""
        if not self._errand.acknowledged.exists():
            return set()
        return {int(line) for line in self._errand.acknowledged.read_text(encoding="ascii").splitlines()}

    @property
    def refusals(self) -> list[str]:
        """What billing was told when something could not be recorded."""
        if not self._errand.refused.exists():
            return []
        return self._errand.refused.read_text(encoding="utf-8").splitlines()

    def goes_on(self) -> float:
        """Wait until something that is recorded from now on takes effect; gives the seconds.

        Raises:
            ProofBroken: it doesn't.
        """
        last = max(self.acknowledged, default=-1) + AT_ONCE  # those may be recorded already
        return awaited(lambda: any(number_of(effect.invoice) > last for effect in self.effects), "new events to take effect")

    def end(self) -> tuple[Figures, tuple[str, ...]]:
        """Let billing be silent, wait until everything is settled, and say what became of the events and what rows don't explain.

        Raises:
            ProofBroken: a service failed, or has something left that it doesn't deliver.
        """
        self._errand.enough.touch()
        for service in self.services:
            if not ended(service):
                raise ProofBroken("A service was killed that nobody was to kill.")
        with self.place.look() as connection:
            return Figures.of(self.acknowledged, self.effects), unexplained(connection)


@contextmanager
def at_work(
    place: Place, folder: Path, target: Outside, options: Mapping[str, str], *, services: int = 1
) -> Iterator[Scene]:
    """A scene in which something took effect already.

    Args:
        place: the database.
        folder: for what the services need besides.
        target: what they deliver to.
        options: of the OdooCRM handler, to reach it.
        services: how many processes.
    """
    settings = place.settings(folder)
    configure(settings, options)
    errand = Errand(settings=settings, folder=folder)
    processes = [started(serve, replace(errand, records=number == 0)) for number in range(services)]
    scene = Scene(place, target, processes, errand)
    try:
        scene.goes_on()
        yield scene
    except ProofBroken as broken:
        said = (folder / LOG).read_text(encoding="utf-8").splitlines()
        raise ProofBroken("\n".join([str(broken), "The last that the services logged:", *said[-_LAST_LINES:]])) from broken
    finally:
        for process in processes:
            process.kill()
            process.join()


def awaited(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> float:
    """Wait until it is true; gives the seconds.

    Raises:
        ProofBroken: it doesn't become true.
    """
    began = time.monotonic()
    never = threading.Event()
    while not condition():
        if time.monotonic() > began + patience:
            raise ProofBroken(f"Waited {patience:.0f} s for {what}, in vain.")
        never.wait(_LOOK)
    return time.monotonic() - began
