"""The parts of `make proof` about what comes from a PortaBilling."""

from __future__ import annotations

from collections.abc import Iterator

from proof.ground import Ground, Setting
from proof.portabilling import reading
from proof.portabilling.take_over import taken_over
from proof.verdict import Verdict


def of_reading(setting: Setting[Ground]) -> Iterator[Verdict]:
    """Its raw events are read."""
    yield reading.at_every_point(setting)
    yield reading.at_random_moments(setting)


def of_taking_over(setting: Setting[Ground]) -> Iterator[Verdict]:
    """Its customers are taken over."""
    yield taken_over(setting)
