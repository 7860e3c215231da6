"""Dispatch to a handler that does nothing, on each engine, beside the libraries that people would otherwise take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from benchmarks.espf import program
from benchmarks.espf.databases import Databases
from benchmarks.espf.turns import in_turn
from benchmarks.figure import Figure, Runs
from real_odoo import Progress

STREAMS = (100, 100_000)
EVENTS = 100_000
UNIT = "events/s"
BESIDE_ORDERED = 20.0
BESIDE_UNORDERED = 1.0
TIME_BOX = 10.0
"""Seconds after which a peer is stopped; what it did by then counts."""

PYTHON = program.ROOT / ".venv-bench" / "bin" / "python"
PEERS = Path(__file__).with_name("peers")
ORDERED: Mapping[str, tuple[str, int]] = {
    "DBOS": ("with_dbos.py", 6_000),
    "Procrastinate": ("with_procrastinate.py", 3_000),
}
"""Those that keep a customer's order: the program, and how many events it is given, for it is slower to give them more."""
UNORDERED = "PgQueuer"
_PGQUEUER = ("with_pgqueuer.py", 50_000)


def measure(engines: Sequence[Databases], postgresql: Databases, progress: Progress) -> Iterator[Figure]:
    """The lines about 100 and about 100,000 streams."""
    for streams in STREAMS:
        yield from _figures(streams, _rates(streams, engines, postgresql, progress), engines)


def rate(databases: Databases, prepared: str) -> float:
    """Events a second of one process of ours over a copy of what is prepared."""
    with databases.copy(prepared) as url:
        return program.pace(program.ask(program.OURS, do="dispatch", url=url))


@contextmanager
def backlog(databases: Databases, streams: int, events: int, progress: Progress) -> Iterator[str]:
    """A database of ours that owes so many events of so many streams."""
    step = f"{databases.engine}, {streams:,} streams"
    progress(step, f"recording {events:,} events")
    with databases.prepared(
        lambda url: program.ask(program.OURS, do="fill", url=url, streams=streams, events=events)
    ) as name:
        progress(step, f"{events:,} events recorded", 1)
        yield name


def _rates(streams: int, engines: Sequence[Databases], postgresql: Databases, progress: Progress) -> dict[str, Runs]:
    with ExitStack() as stack:
        sides: dict[str, Callable[[], float]] = {}
        for databases in engines:
            prepared = stack.enter_context(backlog(databases, streams, EVENTS, progress))
            sides[databases.engine] = partial(rate, databases, prepared)
        for name, (script, events) in {**ORDERED, UNORDERED: _PGQUEUER}.items():
            sides[name] = partial(_peers_rate, postgresql, script, streams, events)
        return in_turn(f"{streams:,} streams", sides, progress)


def _peers_rate(postgresql: Databases, script: str, streams: int, events: int) -> float:
    """Where there are fewer events than streams each has one of its own: that spares the peer the rest of them."""
    with postgresql.copy() as url:
        command = (PYTHON, "-W", "ignore", PEERS / script)
        return program.pace(program.ask(command, url=url, streams=min(streams, events), events=events, seconds=TIME_BOX))


def _figures(streams: int, rates: Mapping[str, Runs], engines: Sequence[Databases]) -> Iterator[Figure]:
    best = max(ORDERED, key=lambda name: rates[name].median)
    for databases in engines:
        figure = partial(
            Figure, name=f"dispatch on {databases.engine}, {streams:,} streams", unit=UNIT, ours=rates[databases.engine]
        )
        yield figure(other=rates[best], other_name=f"{best}, which keeps order too", aim=BESIDE_ORDERED)
        if databases.engine == "PostgreSQL":
            yield figure(other=rates[UNORDERED], other_name=f"{UNORDERED}, which keeps none", aim=BESIDE_UNORDERED)
