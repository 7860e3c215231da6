"""The part `odoo-views`: the addon's pages over many customers beside the same over a hundredth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figure import Figure, Runs
from benchmarks.odoo_pages import CUSTOMER, Asker, Asks, recorded
from real_odoo import Cluster, Installation, Odoo, Progress

CUSTOMERS = 100_000
"""Each with 20 events and as many messages."""
HUNDREDTH = 100
WAITING = {"few": 200, "many": 2_000}
"""Customers whose 20 messages wait."""
RUNS = 9
AIM = 0.5
"""Over a hundred times as much a page may take twice as long."""
STEP = "odoo-views"
_FILL = Path(__file__).with_name("odoo_crowd.sql")
_INSIDE = Path(__file__).with_name("odoo_looks.py")


@dataclass(frozen=True, slots=True)
class Crowds:
    """Two databases that differ in how much is in them."""

    few: str
    many: str


def measure(progress: Progress, many: int = CUSTOMERS) -> list[Figure]:
    """Milliseconds over many and over few: of each page as the browser asks for it, and the same inside Odoo."""
    installation = Installation.ensure(progress=progress)
    with Cluster(installation, durable=True, progress=progress) as cluster:
        few = filled(cluster, max(many // HUNDREDTH, 1), WAITING["few"], progress)
        crowds = Crowds(few, filled(cluster, many, WAITING["many"], progress))
        try:
            asks, by_http = _asked(cluster, crowds, progress)
            inside = _inside(cluster, crowds, asks, progress)
        finally:
            for database in (crowds.few, crowds.many):
                cluster.drop(database)
    return [_figure(name, *runs, many) for name, runs in {**by_http, **inside}.items()]


Measured = dict[str, tuple[Runs, Runs]]
"""By what was measured: over many, over few."""


def filled(cluster: Cluster, customers: int, waiting: int, progress: Progress) -> str:
    """The name of a new database with so many customers; the 20 messages of `waiting` of them wait."""
    progress(STEP, f"{customers:,} customers")
    database = cluster.copy(cluster.template(addons=("duebell",)))
    fill = _FILL.read_text(encoding="utf-8").replace(":customers", str(customers)).replace(":waiting", str(waiting))
    cluster.shell(database, "env.cr.execute(fill)", fill=fill)
    # As autovacuum leaves them: with statistics, and with what lets an index answer alone.
    cluster.query(database, "VACUUM ANALYZE")
    progress(STEP, f"{customers:,} customers", 1)
    return database


def _asked(cluster: Cluster, crowds: Crowds, progress: Progress) -> tuple[Asks, Measured]:
    """What the browser asks, and how long it waits for each page."""
    ((contact,),) = cluster.query(crowds.few, f"SELECT partner_id FROM duebell_customer WHERE id = {CUSTOMER}")  # noqa: S608 - a number of ours
    with Odoo(cluster, (crowds.few, crowds.many), crons=0) as odoo:
        progress(STEP, "opening each page in a browser")
        asks = recorded(odoo.url, crowds.few, int(contact))
        progress(STEP, "opening each page in a browser", 1)
        with Asker(odoo.url, crowds.few) as few, Asker(odoo.url, crowds.many) as many:
            return asks, {name: _in_turn((many, few), asks, name) for name in asks}


def _in_turn(askers: Sequence[Asker], asks: Asks, name: str) -> tuple[Runs, Runs]:
    """In turn, so that a slow minute of the machine meets both; the first of each warms up."""
    rounds = [[asker.took(asks[name]) for asker in askers] for _ in range(RUNS + 1)][1:]
    many, few = zip(*rounds, strict=True)
    return Runs(many), Runs(few)


def _inside(cluster: Cluster, crowds: Crowds, asks: Asks, progress: Progress) -> Measured:
    progress(STEP, "the same inside Odoo")
    params = {name: [ask.params for ask in of_page] for name, of_page in asks.items()}
    script = _INSIDE.read_text(encoding="utf-8")
    few, many = (cluster.shell(database, script, asks=params, runs=RUNS) for database in (crowds.few, crowds.many))
    progress(STEP, "the same inside Odoo", 1)
    return {f"{name}, inside": (Runs(many[name]), Runs(few[name])) for name in few}


def _figure(name: str, ours: Runs, other: Runs, many: int) -> Figure:
    return Figure(
        name=f"Odoo, {name}",
        unit="ms",
        ours=ours,
        other=other,
        other_name=f"over {many // HUNDREDTH:,} customers instead of {many:,}",
        aim=AIM,
        lower_is_better=True,
    )
