"""How many of PortaBilling's events a second are taken, each kept and on disk before it is answered, in a burst."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.espf.clients import post
from benchmarks.espf.databases import Databases, PostgresqlDatabases, SqliteFiles
from benchmarks.espf.program import Program
from benchmarks.espf.turns import in_turn
from benchmarks.figure import Figure
from benchmarks.portabilling.serving import PASSWORD, PATH
from real_odoo import Cluster, Installation, Progress

EVENTS = 10_000
"""In a burst; PortaBilling itself sends 10 a second."""
CUSTOMERS = 1000
BESIDE_NOT_STORING = 0.6
PROGRAM = (sys.executable, "-m", "benchmarks.portabilling.serving")


def measure(progress: Progress) -> list[Figure]:
    """A line for each engine."""
    installation = Installation.ensure(progress=progress)
    with (
        Cluster(installation, durable=True, progress=progress) as cluster,
        tempfile.TemporaryDirectory(dir=installation.run) as folder,
    ):
        engines: Sequence[Databases] = (SqliteFiles(Path(folder)), PostgresqlDatabases(cluster))
        return [_of_engine(databases, progress) for databases in engines]


def _of_engine(databases: Databases, progress: Progress) -> Figure:
    sides = {name: partial(_accepted, databases, keeps=keeps) for name, keeps in (("kept", True), ("not kept", False))}
    rates = in_turn(f"PortaBilling's inlet on {databases.engine}", sides, progress)
    return Figure(
        name=f"accept PortaBilling's events, {databases.engine}",
        unit="events/s",
        ours=rates["kept"],
        other=rates["not kept"],
        other_name="the same application, answering without storing",
        aim=BESIDE_NOT_STORING,
    )


def _accepted(databases: Databases, *, keeps: bool) -> float:
    """Events a second; all of them are new."""
    with databases.copy() as url, tempfile.TemporaryDirectory() as spare:
        folder = url.removeprefix("sqlite:///").rpartition("/")[0] if url.startswith("sqlite") else spare
        with Program(PROGRAM, {"url": url, "folder": folder, "keeps": keeps}) as server:
            took, _ = asyncio.run(post(int(server.hear()), PATH, _bodies(), f"Authorization: {PASSWORD}"))
            server.tell("end")
    return EVENTS / took


def _bodies() -> Sequence[bytes]:
    """As a newer PortaBilling sends them."""
    return [
        json.dumps(
            {
                "event_type": "Invoice/New",
                "variables": {
                    "i_event": number,
                    "i_env": 1,
                    "event_time": "2026-11-01 12:00:00",
                    "i_customer": number % CUSTOMERS,
                    "i_invoice": number,
                },
            }
        ).encode()
        for number in range(EVENTS)
    ]
