"""The part `odoo`: events a second into a real Odoo, each with an SMS queued and a note on the customer's timeline."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from benchmarks import crowd, ours
from benchmarks.figure import Figure, Runs
from benchmarks.rig import STEP, Pair, Rig
from real_odoo import Cluster, Installation, Progress

RUNS = 3
CONNECTIONS = (1, 2, 4)
BATCHES = (500, 1000)
FINALISTS = 2
"""So many of the quickest ways to call `ingest` are measured as often as Duebell is."""
ONE_BY_ONE = 200
"""Events that go one a call: the first of those that the other sides send; all of them would take minutes a run."""
UNIT = "events/s"
_INSIDE = Path(__file__).with_name("odoo_ingest.py")


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """How `ingest` is called directly."""

    connections: int
    batch: int
    events: int = crowd.EVENTS

    def deliver(self, pair: Pair) -> float:
        """Send the events that Duebell owes; gives the seconds."""
        owed = ours.owed(pair.data, limit=crowd.MOST_OF_ONE * crowd.EVENTS)[: self.events]
        return pair.wire.deliver(crowd.in_lines(owed, lines=self.connections, batch=self.batch))

    def __str__(self) -> str:
        return f"{self.batch} a call, {self.connections} connection{'s' if self.connections > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Side:
    """One of those that are compared: how many events it delivers, and how, in how many seconds."""

    name: str
    events: int
    deliver: Callable[[Pair], float]


DUEBELL = Side("Duebell", crowd.EVENTS, lambda pair: ours.dispatch(pair.data))
SINGLE = Side("one event a call", ONE_BY_ONE, Way(1, 1, ONE_BY_ONE).deliver)


def measure(progress: Progress) -> list[Figure]:
    """Measure all sides in turn, several times over."""
    installation = Installation.ensure(progress=progress)
    with (
        Cluster(installation, durable=True, progress=progress) as cluster,
        tempfile.TemporaryDirectory(dir=installation.run) as folder,
    ):
        rig = Rig(cluster, Path(folder), progress)
        ways = _quickest(rig, progress)
        rates = _in_turn(rig, [DUEBELL, SINGLE, *map(_direct, ways)], progress)
        inside = _inside(cluster, rig, progress)
        progress(STEP, f"recording took {rig.recording:.1f} s: {crowd.EVENTS / rig.recording:,.0f} events/s, before", 1)
    ceiling = max((_direct(way).name for way in ways), key=lambda name: rates[name].median)
    return [
        _figure("Duebell into Odoo", rates[DUEBELL.name], rates[SINGLE.name], "one event a call, 1 connection", 40),
        _figure("Duebell into Odoo", rates[DUEBELL.name], rates[ceiling], f"ingest called directly, {ceiling}", 0.8),
        _figure("ingest inside Odoo", inside["ours"], inside["other"], "bulk create of the same rows", 0.7),
    ]


def _figure(name: str, ours_: Runs, other: Runs, other_name: str, aim: float) -> Figure:
    return Figure(name=name, unit=UNIT, ours=ours_, other=other, other_name=other_name, aim=aim)


def _quickest(rig: Rig, progress: Progress) -> list[Way]:
    """The best of all ways to call `ingest`, by one run of each."""
    rates: dict[Way, float] = {}
    ways = [Way(connections, batch) for connections, batch in product(CONNECTIONS, BATCHES)]
    for done, way in enumerate(ways):
        progress(STEP, f"ingest directly, {way}", done / len(ways))
        rates[way] = _rate(rig, _direct(way))
    progress(STEP, f"ingest directly: {', '.join(f'{way}: {rate:,.0f}' for way, rate in rates.items())}", 1)
    return sorted(ways, key=rates.__getitem__, reverse=True)[:FINALISTS]


def _in_turn(rig: Rig, sides: Sequence[Side], progress: Progress) -> dict[str, Runs]:
    """Events a second of each side, by its name; A B C A B C, so that a slow minute of the machine meets all of them."""
    rates: dict[str, list[float]] = {side.name: [] for side in sides}
    turns: Iterable[tuple[int, Side]] = product(range(RUNS), sides)
    for done, (run, side) in enumerate(turns):
        progress(STEP, f"run {run + 1} of {RUNS}, {side.name}", done / (RUNS * len(sides)))
        rates[side.name].append(_rate(rig, side))
    progress(STEP, f"{RUNS} runs of {', '.join(rates)}", 1)
    return {name: Runs(values) for name, values in rates.items()}


def _rate(rig: Rig, side: Side) -> float:
    with rig.pair(expected=side.events) as pair:
        return side.events / side.deliver(pair)


def _direct(way: Way) -> Side:
    return Side(str(way), way.events, way.deliver)


def _inside(cluster: Cluster, rig: Rig, progress: Progress) -> dict[str, Runs]:
    """Events a second of `ingest` and of a bare create, both inside one Odoo without HTTP."""
    progress(STEP, "ingest beside a bare create")
    database = rig.database()
    try:
        rates = cluster.shell(database, _INSIDE.read_text(encoding="utf-8"), terms=json.loads(rig.terms))
    finally:
        cluster.drop(database)
    progress(STEP, "ingest beside a bare create", 1)
    return {name: Runs(values) for name, values in rates.items()}
