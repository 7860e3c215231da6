"""Several sides measured in turn: A B C A B C, so that a slow minute of the machine meets all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

from benchmarks.figure import Runs
from real_odoo import Progress

RUNS = 3


def in_turn(step: str, sides: Mapping[str, Callable[[], float]], progress: Progress, runs: int = RUNS) -> dict[str, Runs]:
    """What each side measures, by its name."""
    values: dict[str, list[float]] = {name: [] for name in sides}
    for done, (run, name) in enumerate(product(range(runs), sides)):
        progress(step, f"run {run + 1} of {runs}, {name}", done / (runs * len(sides)))
        values[name].append(sides[name]())
    measured = {name: Runs(of_one) for name, of_one in values.items()}
    progress(step, ", ".join(f"{name}: {of_one}" for name, of_one in measured.items()), 1)
    return measured
