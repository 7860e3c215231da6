"""The part `odoo-views`: the addon's pages over many customers beside the same over a hundredth, and the cost of a release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Runs
from real_odoo import Cluster, Installation, Progress

CUSTOMERS = 100_000
"""Each with 20 events and as many messages."""
HUNDREDTH = 100
WAITING = {"few": 200, "many": 2_000}
"""Customers whose 20 messages wait: 4,000 and 40,000."""
AIM = 0.5
"""Over a hundred times as much a page may take twice as long."""
FLAT = 0.8
STEP = "odoo-views"
_FILL = Path(__file__).with_name("odoo_crowd.sql")
_INSIDE = Path(__file__).with_name("odoo_looks.py")


def measure(progress: Progress, many: int = CUSTOMERS) -> list[Figure]:
    installation = Installation.ensure(progress=progress)
    with Cluster(installation, durable=True, progress=progress) as cluster:
        few_ms = _looked(cluster, max(many // HUNDREDTH, 1), WAITING["few"], progress)
        many_ms = _looked(cluster, many, WAITING["many"], progress)
    return [_figure(name, many_ms[name], few_ms[name], many) for name in many_ms]


def _looked(cluster: Cluster, customers: int, waiting: int, progress: Progress) -> dict[str, list[float]]:
    progress(STEP, f"{customers:,} customers")
    database = cluster.copy(cluster.template(addons=("duebell",)))
    fill = _FILL.read_text(encoding="utf-8").replace(":customers", str(customers)).replace(":waiting", str(waiting))
    try:
        took: Any = cluster.shell(database, _INSIDE.read_text(encoding="utf-8"), fill=fill)
    finally:
        cluster.drop(database)
    progress(STEP, f"{customers:,} customers", 1)
    return dict(took)


def _figure(name: str, ours: list[float], other: list[float], many: int) -> Figure:
    return Figure(
        name=f"Odoo, {name}",
        unit="ms",
        ours=Runs(ours),
        other=Runs(other),
        other_name=f"over {many // HUNDREDTH:,} customers instead of {many:,}",
        aim=FLAT if name.startswith("release") else AIM,
        lower_is_better=True,
    )
