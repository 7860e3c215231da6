"""A scene before a target of the proofs' own, with a wire between that may be cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from proof.place import Place
from proof.proxy import Proxy
from proof.scene import Scene, at_work
from proof.target import Mood, Target

MOODS: Mapping[Mood, int] = {Mood.KIND: 90, Mood.SLOW: 9, Mood.COMMITTED_SILENT: 1}
_KEY = "0" * 40


@dataclass(frozen=True, slots=True)
class Stage:
    """What an outage can be brought about on; `to_target` is the wire."""

    scene: Scene
    target: Target
    to_target: Proxy


@contextmanager
def staged(place: Place, folder: Path, seed: int, *, services: int = 1) -> Iterator[Stage]:
    """A stage, at work.

    Args:
        place: the database.
        folder: for what the services need besides.
        seed: of the target's moods.
        services: how many processes.
    """
    with Target(seed, MOODS) as target, Proxy(target.port) as wire:
        options = {"API_URL": f"http://127.0.0.1:{wire.port}", "API_Access_Key": _KEY}
        with at_work(place, folder, target, options, services=services) as scene:
            yield Stage(scene, target, wire)
