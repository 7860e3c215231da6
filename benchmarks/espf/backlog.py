"""What an event costs, and what memory holds, when little and when much is owed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Any

from benchmarks.espf import program
from benchmarks.espf.databases import Databases
from benchmarks.espf.dispatching import backlog
from benchmarks.espf.turns import RUNS
from benchmarks.figure import Figure, Runs
from real_odoo import Progress

STREAMS = 1000
SMALL, LARGE = 10_000, 1_000_000
WITHIN = 1.2
"""So many times as much an event may cost at most."""
MEGABYTES = 200.0
"""So much memory at most."""


def measure(engines: Sequence[Databases], progress: Progress) -> Iterator[Figure]:
    """The lines about a large backlog: cost and memory, on each engine."""
    for databases in engines:
        small = _dispatched(databases, SMALL, RUNS, progress)
        large = _dispatched(databases, LARGE, 1, progress)
        yield Figure(
            name=f"backlog of {LARGE:,}, {databases.engine}",
            unit="µs/event",
            ours=_costs(large),
            other=_costs(small),
            other_name=f"backlog of {SMALL:,}",
            aim=1 / WITHIN,
            lower_is_better=True,
        )
        yield Figure(
            name=f"memory at a backlog of {LARGE:,}, {databases.engine}",
            unit="MB",
            ours=_memory(large),
            other=Runs([MEGABYTES]),
            other_name=f"the limit; at a backlog of {SMALL:,}: {_memory(small).median:.0f} MB",
            aim=1.0,
            lower_is_better=True,
        )


def _dispatched(databases: Databases, events: int, runs: int, progress: Progress) -> list[dict[str, Any]]:
    answers = []
    with backlog(databases, STREAMS, events, progress) as prepared:
        for run in range(1, runs + 1):
            progress(f"backlog on {databases.engine}", f"dispatching {events:,}", (run - 1) / runs)
            # The last run needs no copy, and a copy of the large one would take its time.
            with databases.copy(prepared) if run < runs else nullcontext(databases.url(prepared)) as url:
                answers.append(program.ask(program.OURS, do="dispatch", url=url))
    progress(f"backlog on {databases.engine}", f"{events:,} dispatched, {_costs(answers)} µs an event", 1)
    return answers


def _costs(answers: Sequence[dict[str, Any]]) -> Runs:
    return Runs([1_000_000 / program.pace(answer) for answer in answers])


def _memory(answers: Sequence[dict[str, Any]]) -> Runs:
    return Runs([float(answer["megabytes"]) for answer in answers])
