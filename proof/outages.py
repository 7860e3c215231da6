"""What surrounds a service fails and comes back; it must go on by itself, and lose, double and disorder nothing."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TypeVar

from proof.ground import Setting, own_folder
from proof.proxy import Proxy
from proof.scene import Scene, at_work, awaited
from proof.service import TIMEOUT
from proof.verdict import Verdict

V = TypeVar("V", bound="Stage")

A_WHILE = 3.0
"""Seconds that most outages last."""
_SLOW = 0.2  # seconds
_CUTS = 5


@dataclass(frozen=True, slots=True)
class Stage:
    """What an outage can be brought about on."""

    scene: Scene


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
    "network to the target cut": lambda stage, _: cut(stage.scene.wire),
    "network to the target slowed": lambda stage, _: slowed(stage.scene.wire),
    "network to the target silent": lambda stage, _: silent(stage.scene.wire, TIMEOUT + A_WHILE),
    "network to the target cut in mid-answer": lambda stage, chance: cut_in_mid_answer(stage.scene.wire, chance),
}
"""The silent one lasts longer than the service waits for an answer, so that what it sent arrives after it has given up."""


def around_the_target(setting: Setting) -> Iterator[Verdict]:
    """The network to the target fails in each way."""
    for name, outage in ON_THE_WAY_TO_THE_TARGET.items():
        yield endured(setting, name, lambda chance: _stage(setting, chance), outage)


def endured(
    setting: Setting,
    name: str,
    made: Callable[[random.Random], AbstractContextManager[V]],
    outage: Outage[V],
) -> Verdict:
    """Bring an outage about in a new scene, several times; after each new events must take effect."""
    chance = setting.extent.chance(name)
    times = max(1, setting.extent.rounds // 10)
    slowest = 0.0
    with made(chance) as stage:
        scene = stage.scene
        for time in range(times):
            outage(stage, chance)
            slowest = max(slowest, scene.goes_on())
            setting.progress(setting.ground.engine, f"{name}: {time + 1}", (time + 1) / times)
        figures, unexplained = scene.end()
    return Verdict(
        name=name,
        engine=setting.ground.engine,
        seed=setting.extent.seed,
        faults=times,
        figures=figures,
        unexplained=unexplained,
        remark=f"went on after {slowest:.1f} s at most; {scene.target.repeats} told again and recognised",
    )


def wait(seconds: float) -> None:
    """Let an outage last."""
    threading.Event().wait(seconds)


@contextmanager
def _stage(setting: Setting, chance: random.Random) -> Iterator[Stage]:
    with own_folder() as folder, at_work(setting.ground.place(folder), folder, chance.getrandbits(32)) as scene:
        yield Stage(scene)
