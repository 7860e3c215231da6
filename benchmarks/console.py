"""The console's pages over a long log beside the same pages over a short one, on each engine."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import httpx2
from sqlalchemy import make_url, text

from benchmarks.espf.databases import Databases, PostgresqlDatabases, SqliteFiles
from benchmarks.figure import Figure, Runs
from duebell.configuration.server import GLOBAL
from duebell.console.app import create_app
from duebell.espf.envelope import Happening
from duebell.events import Customer, CustomerStatus, Invoice, InvoiceGenerated, Standing
from duebell.instance import Instance
from duebell.money import Money
from duebell.settings import Settings
from real_odoo import Cluster, Installation, Progress

FEW, MANY = 5_000, 500_000
EVENTS_OF_A_CUSTOMER = 5
AT_ONCE = 500
RUNS = 15
AIM = 0.5
"""Over a hundred times as many events a page may take twice as long."""
NAMES = ("Anna", "Boris", "Chandra", "Dolores", "Erik")


def measure(progress: Progress) -> list[Figure]:
    installation = Installation.ensure(progress=progress)
    with (
        Cluster(installation, durable=True, progress=progress) as cluster,
        tempfile.TemporaryDirectory(dir=installation.run) as folder,
    ):
        engines: Sequence[Databases] = (SqliteFiles(Path(folder)), PostgresqlDatabases(cluster))
        return [figure for databases in engines for figure in _of_engine(databases, Path(folder), progress)]


def _of_engine(databases: Databases, folder: Path, progress: Progress) -> Iterator[Figure]:
    with databases.copy() as few, databases.copy() as many, tempfile.TemporaryDirectory(dir=folder) as data:
        logs = {FEW: _settings(few, Path(data) / "few"), MANY: _settings(many, Path(data) / "many")}
        measured = asyncio.run(_measured(logs, partial(progress, f"console, {databases.engine}")))
    for name, ours in measured[MANY].items():
        yield Figure(
            name=f"{name}, {databases.engine}",
            unit="ms",
            ours=Runs(ours),
            other=Runs(measured[FEW][name]),
            other_name=f"over {FEW:,} events instead of {MANY:,}",
            aim=AIM,
            lower_is_better=True,
        )


def _settings(url: str, data: Path) -> Settings:
    """SQLite's file is in the data folder."""
    return Settings(data=data) if make_url(url).drivername == "sqlite" else Settings(data=data, storage=url)


async def _measured(
    logs: Mapping[int, Settings], progress: Callable[[str, float], None]
) -> Mapping[int, Mapping[str, list[float]]]:
    """Milliseconds by log and page; the logs in turn, so that a slow moment of the machine meets both."""
    took: dict[int, dict[str, list[float]]] = {count: {} for count in logs}
    async with AsyncExitStack() as stack:
        browsers: dict[int, tuple[httpx2.AsyncClient, str]] = {}
        for count, settings in logs.items():
            instance = Instance(settings)
            stack.callback(instance.close)
            await _fill(instance, count, progress)
            transport = httpx2.ASGITransport(create_app(instance))
            http = await stack.enter_async_context(httpx2.AsyncClient(transport=transport, base_url="http://duebell"))
            newest = (await http.get("/api/v1/events", params={"limit": 1})).json()["events"][0]["id"]
            browsers[count] = http, newest
        for run in range(RUNS + 1):
            progress("asking for pages", run / (RUNS + 1))
            for count, (http, newest) in browsers.items():
                for name, path in _looks(count, newest):
                    milliseconds = await _took(http, path)
                    if run:  # the first one warms up
                        took[count].setdefault(name, []).append(milliseconds)
    return took


def _looks(count: int, newest: str) -> Sequence[tuple[str, str]]:
    middle, customer = count // 2, count // 2 // EVENTS_OF_A_CUSTOMER
    return (
        ("overview", "/"),
        ("events, the newest", "/events"),
        ("events, a page far back", f"/events?before={middle}"),
        ("events, a number typed", f"/events?search=INV-2026-{middle:06d}"),
        ("events, a name typed", f"/events?search=number{customer}"),
        ("events, a name of many typed", "/events?search=anna"),
        ("events, a phone typed", f"/events?search=1202{customer:07d}"),
        ("events that wait", "/events?state=waiting"),
        ("one event", f"/events/{newest}"),
        ("customers, a name of many typed", "/customers?search=anna"),
        ("one customer", f"/customers/c-{customer}"),
    )


async def _took(http: httpx2.AsyncClient, path: str) -> float:
    began = time.perf_counter()
    answer = await http.get(path)
    took = (time.perf_counter() - began) * 1000
    answer.raise_for_status()
    return took


async def _fill(instance: Instance, count: int, progress: Callable[[str, float], None]) -> None:
    """Recorded as always; all but the newest are marked as told, as if a target had taken them."""
    for start in range(0, count, AT_ONCE):
        progress(f"recording {count:,} events", start / count)
        numbers = range(start, min(start + AT_ONCE, count))
        await instance.record([_bill(number, instance.now()) for number in numbers])
        await instance.write(lambda connection: connection.execute(text(_TOLD)))
    await instance.write(lambda connection: connection.execute(text("ANALYZE")))


_TOLD = """
    UPDATE provisioning SET state = 'provisioned', is_head = false
    WHERE state = 'waiting' AND id < (SELECT max(id) FROM provisioning) - 100
"""


def _bill(number: int, now: datetime) -> Happening:
    customer = number // EVENTS_OF_A_CUSTOMER
    nothing, amount = Money.zero("USD"), Money(Decimal(30), "USD")
    who = Customer(
        external_id=f"c-{customer}",
        name=f"{NAMES[customer % len(NAMES)]} Number{customer}",
        phone=f"+1202{customer:07d}",
        email=f"c-{customer}@example.com",
        language="en-US",
        time_zone="America/New_York",
    )
    today = date(2026, 11, 1)
    invoice = Invoice(
        number=f"INV-2026-{number:06d}",
        issued_on=today,
        due_on=today + timedelta(days=14),
        total=amount,
        paid=nothing,
        outstanding=amount,
    )
    standing = Standing(status=CustomerStatus.ACTIVE, total_overdue=nothing, amount_to_restore=nothing)
    return Happening(
        environment=GLOBAL,
        source="billing",
        source_id=str(number),
        company=None,
        occurred_at=now,
        fact=InvoiceGenerated(customer=who, standing=standing, invoice=invoice),
    )
