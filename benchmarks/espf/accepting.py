"""Durable accept over HTTP: one event a request, and CloudEvents in batches."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from benchmarks import crowd
from benchmarks.espf import program
from benchmarks.espf.clients import post
from benchmarks.espf.databases import Databases
from benchmarks.espf.dispatching import UNIT, backlog
from benchmarks.espf.program import Program
from benchmarks.espf.turns import in_turn
from benchmarks.figure import Figure
from duebell.espf.envelope import Happening, fact_json, rfc3339
from duebell.instance import utc_now
from real_odoo import Progress

CUSTOMERS = 1000
SINGLE = 6_000
"""Events that go one a request."""
BATCHED, BATCH = 30_000, 100
BESIDE_NOT_STORING = 0.6
BESIDE_SQL = 0.5

Bodies = Sequence[bytes]


def measure(engines: Sequence[Databases], progress: Progress) -> Iterator[Figure]:
    """The lines about accepting, on each engine."""
    for databases in engines:
        yield _singly(databases, progress)
        yield _in_batches(databases, progress)


def _singly(databases: Databases, progress: Progress) -> Figure:
    sides = {
        name: partial(_accepted, databases, SINGLE, 1, keeps=keeps) for name, keeps in (("kept", True), ("not kept", False))
    }
    rates = in_turn(f"accept on {databases.engine}", sides, progress)
    return Figure(
        name=f"accept over HTTP, one event a request, {databases.engine}",
        unit=UNIT,
        ours=rates["kept"],
        other=rates["not kept"],
        other_name="the same application, answering without storing",
        aim=BESIDE_NOT_STORING,
    )


def _in_batches(databases: Databases, progress: Progress) -> Figure:
    with backlog(databases, CUSTOMERS, BATCHED, progress) as prepared, databases.copy(prepared) as source:
        sides: dict[str, Callable[[], float]] = {
            "accepted": partial(_accepted, databases, BATCHED, BATCH, keeps=True),
            "bare SQL": partial(_written, databases, source),
        }
        rates = in_turn(f"batches on {databases.engine}", sides, progress)
    return Figure(
        name=f"accept over HTTP, {BATCH} CloudEvents a request, {databases.engine}",
        unit=UNIT,
        ours=rates["accepted"],
        other=rates["bare SQL"],
        other_name=f"bare SQL of the same rows, {BATCH} events a transaction",
        aim=BESIDE_SQL,
    )


def _accepted(databases: Databases, events: int, batch: int, *, keeps: bool) -> float:
    """Events a second that clients who post all the time get accepted; all of them are new.

    Raises:
        RuntimeError: they were not.
    """
    bodies = _bodies(events, batch)
    with databases.copy() as url, tempfile.TemporaryDirectory() as spare:
        folder = url.removeprefix("sqlite:///").rpartition("/")[0] if url.startswith("sqlite") else spare
        with Program(program.OURS, {"do": "serve", "url": url, "folder": folder, "keeps": keeps}) as server:
            took, answers = asyncio.run(post(int(server.hear()), "/api/v1/events", bodies))
            server.tell("end")
            server.answer()
    new = sum(one["new"] for answer in answers for one in json.loads(answer)["recorded"])
    if new != events:
        raise RuntimeError(f"{events} new events were sent, {new} were recorded: the measurement doesn't count.")
    return events / took


def _written(databases: Databases, source: str) -> float:
    with databases.copy() as url:
        return program.pace(program.ask(program.OURS, do="bare rows", url=url, source=source, batch=BATCH))


def _bodies(events: int, batch: int) -> Bodies:
    """As another billing would send them."""
    sent = [_cloud_event(happening) for happening in crowd.notices(utc_now(), customers=CUSTOMERS, events=events)]
    if batch == 1:
        return [one.encode() for one in sent]
    return [f"[{','.join(sent[start : start + batch])}]".encode() for start in range(0, events, batch)]


def _cloud_event(happening: Happening) -> str:
    attributes = {
        "specversion": "1.0",
        "id": happening.source_id,
        "source": happening.source,
        "type": happening.fact.type,
        "time": rfc3339(happening.occurred_at),
    }
    return f'{json.dumps(attributes)[:-1]}, "data": {fact_json(happening.fact)}}}'
