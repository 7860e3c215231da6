"""The part `odoo-release`: what a message costs while a backlog leaves Odoo's outbox, batch by batch, to the last one."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean

from benchmarks.figure import Figure, Runs
from benchmarks.odoo_views import filled
from real_odoo import Cluster, Installation, Progress

BACKLOG = 40_000
"""Messages that wait, if no other number is asked for."""
TENTH = 10
OF_A_CUSTOMER = 20
"""Messages that the crowd has for each."""
RUNS = 3
FLAT = 0.8
STEP = "odoo-release"
_DRAIN = Path(__file__).with_name("odoo_drain.py")

Batches = list[float]
"""Microseconds a message, of each batch of a drain."""


def measure(progress: Progress, many: int = BACKLOG) -> list[Figure]:
    """Microseconds a message: of `many` beside a tenth of them, and of the last quarter of `many` beside the first."""
    installation = Installation.ensure(progress=progress)
    with Cluster(installation, durable=True, progress=progress) as cluster:
        few, of_many = (_prepared(cluster, messages, progress) for messages in (many // TENTH, many))
        try:
            progress(STEP, f"draining {RUNS} times")
            drains = [(_drained(cluster, few), _drained(cluster, of_many)) for _ in range(RUNS)]
            progress(STEP, f"drained {RUNS} times", 1)
        finally:
            for database in (few, of_many):
                cluster.drop(database)
    return _figures(drains, many)


def _prepared(cluster: Cluster, messages: int, progress: Progress) -> str:
    customers = messages // OF_A_CUSTOMER
    return filled(cluster, customers, customers, progress)


def _drained(cluster: Cluster, prepared: str) -> Batches:
    """Of a copy: the next run begins where this one did."""
    database = cluster.copy(prepared)
    try:
        batches: Batches = cluster.shell(database, _DRAIN.read_text(encoding="utf-8"))
    finally:
        cluster.drop(database)
    return batches


def _figures(drains: list[tuple[Batches, Batches]], many: int) -> list[Figure]:
    few, of_many = zip(*drains, strict=True)
    quarters = [(batches[: max(len(batches) // 4, 1)], batches[-max(len(batches) // 4, 1) :]) for batches in of_many]
    first, last = zip(*quarters, strict=True)
    return [
        _figure(f"release of {many:,}", of_many, few, f"a backlog of {many // TENTH:,}"),
        _figure(f"release of {many:,}, the last quarter", last, first, "the first quarter"),
    ]


def _figure(name: str, ours: tuple[Batches, ...], other: tuple[Batches, ...], other_name: str) -> Figure:
    return Figure(
        name=f"Odoo, {name}",
        unit="µs a message",
        ours=Runs([fmean(batches) for batches in ours]),
        other=Runs([fmean(batches) for batches in other]),
        other_name=other_name,
        aim=FLAT,
        lower_is_better=True,
    )
