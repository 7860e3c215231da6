"""Several dispatchers on one PostgreSQL, each a process of its own: whether they hinder each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

from benchmarks.espf import program
from benchmarks.espf.databases import Databases
from benchmarks.espf.dispatching import UNIT, backlog, rate
from benchmarks.espf.program import Program
from benchmarks.espf.turns import in_turn
from benchmarks.figure import Figure
from real_odoo import Progress

PROCESSES = 4
STREAMS, EVENTS = 1000, 100_000
AIM = 0.9


def measure(postgresql: Databases, progress: Progress) -> Iterator[Figure]:
    """The line about four dispatchers."""
    with backlog(postgresql, STREAMS, EVENTS, progress) as prepared:
        sides = {"four": partial(_rate_of_several, postgresql, prepared), "one": partial(rate, postgresql, prepared)}
        rates = in_turn("four dispatchers", sides, progress)
    yield Figure(
        name=f"{PROCESSES} dispatchers on PostgreSQL, together",
        unit=UNIT,
        ours=rates["four"],
        other=rates["one"],
        other_name="one dispatcher",
        aim=AIM,
    )


def _rate_of_several(postgresql: Databases, prepared: str) -> float:
    """Events a second from when all may begin until the last has no more."""
    with postgresql.copy(prepared) as url, ExitStack() as stack:
        order = {"do": "dispatch", "url": url, "processes": PROCESSES}
        programs = [stack.enter_context(Program(program.OURS, order)) for _ in range(PROCESSES)]
        for one in programs:
            one.hear()
        for one in programs:
            one.tell("begin")
        answers = [one.answer() for one in programs]
    events = sum(int(answer["events"]) for answer in answers)
    if events != EVENTS:
        raise RuntimeError(f"{EVENTS} events were owed, {events} were delivered: the measurement doesn't count.")
    return events / max(float(answer["seconds"]) for answer in answers)
