"""What surrounds a service fails and comes back; it must go on by itself, and lose, double and disorder nothing."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, TypeVar

from proof.ground import Ground, Setting, own_folder
from proof.proxy import Proxy
from proof.scene import Scene, awaited
from proof.service import TIMEOUT
from proof.stage import Stage, staged
from proof.tally import Tally
from proof.verdict import Verdict

A_WHILE = 3.0
"""Seconds that most outages last."""
_SLOW = 0.2  # seconds
_CUTS = 3


class Scenery(Protocol):
    """Whatever an outage is brought about on: there is a scene in it."""

    @property
    def scene(self) -> Scene: ...


V = TypeVar("V", bound=Scenery)

Outage = Callable[[V, random.Random], None]
"""Brings something about on a stage, and ends it."""


def cut(wire: Proxy) -> None:
    wire.cut()
    wait(A_WHILE)
    wire.mend()


def slowed(wire: Proxy) -> None:
    wire.slow(_SLOW)
    wait(A_WHILE)
    wire.mend()


def silent(wire: Proxy, seconds: float) -> None:
    wire.silence()
    wait(seconds)
    wire.mend()


def cut_in_mid_answer(wire: Proxy, chance: random.Random) -> None:
    """Several times, each after a few bytes of an answer."""
    for _ in range(_CUTS):
        wire.break_answer(after=chance.randint(1, 30))
        awaited(lambda: wire.has_broken, "an answer that can be cut")
        wait(chance.random())


ON_THE_WAY_TO_THE_TARGET: Mapping[str, Outage[Stage]] = {
    "network to the target cut": lambda stage, _: cut(stage.to_target),
    "network to the target slowed": lambda stage, _: slowed(stage.to_target),
    "network to the target silent": lambda stage, _: silent(stage.to_target, TIMEOUT + A_WHILE),
    "network to the target cut in mid-answer": lambda stage, chance: cut_in_mid_answer(stage.to_target, chance),
}
"""The silent one lasts longer than the service waits for an answer, so that what it sent arrives after it has given up."""


def around_the_target(setting: Setting[Ground]) -> Iterator[Verdict]:
    """The part of `make proof`: the network to the target fails in each way."""
    for name in ON_THE_WAY_TO_THE_TARGET:
        yield one(setting, name)


def one(setting: Setting[Ground], name: str) -> Verdict:
    """The one of this name."""
    return endured(setting, name, lambda chance: _stage(setting, chance), ON_THE_WAY_TO_THE_TARGET[name])


def endured(
    setting: Setting[Ground],
    name: str,
    made: Callable[[random.Random], AbstractContextManager[V]],
    outage: Outage[V],
) -> Verdict:
    """Bring an outage about in a new scene, several times; after each new events must take effect."""
    chance = setting.extent.chance(name)
    tally = Tally(setting, name, max(1, setting.extent.rounds // 10))
    slowest = 0.0
    with made(chance) as stage:
        scene = stage.scene
        while tally.left:
            wait(chance.random())
            outage(stage, chance)
            slowest = max(slowest, scene.goes_on())
            tally.fault()
        tally.found(*scene.end())
    return tally.verdict(f"went on after {slowest:.1f} s at most")


def wait(seconds: float) -> None:
    """Let an outage last."""
    threading.Event().wait(seconds)


@contextmanager
def _stage(setting: Setting[Ground], chance: random.Random) -> Iterator[Stage]:
    with own_folder() as folder, staged(setting.ground.place(folder), folder, chance.getrandbits(32)) as stage:
        yield stage
