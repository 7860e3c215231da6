"""How many raw events a second become recorded meaning, each of another customer, beside what the API allows."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks.espf.turns import in_turn
from benchmarks.figure import Figure, Runs
from duebell.demo.stand_in import StandIn
from duebell.espf.handler import Owed
from duebell.instance import Instance, utc_now
from duebell.portabilling.group import PORTABILLING
from duebell.portabilling.raw import RawEvent, to_owe
from duebell.portabilling.reader import Reader
from duebell.settings import Settings
from duebell.sources.sources import READINGS_AT_ONCE
from duebell.tasks import for_each
from real_odoo import Progress

CUSTOMERS = 400
LATENCY = 0.02
"""Seconds that each call of the stand-in takes at least."""
FEW = 4
"""Calls in flight that no PortaBilling feels."""
CALLS = 2
"""Of the API, for each customer: himself, and his invoices."""
AIM = 0.9
INLET = "http://127.0.0.1"
"""Where events would be posted; none are."""


def measure(progress: Progress) -> list[Figure]:
    """On SQLite: with few calls in flight, and with as many as are usual."""
    with StandIn() as portabilling:
        numbers = _customers(portabilling)
        portabilling.switch(latency=LATENCY)
        usual = int(PORTABILLING.complete(portabilling.options(INLET))["Max_Calls_In_Flight"])
        sides = {str(one): partial(_measured, portabilling, numbers, one) for one in (FEW, usual)}
        rates = in_turn("raw events read of PortaBilling, calls in flight:", sides, progress)
    return [_figure(rates[str(in_flight)], in_flight) for in_flight in (FEW, usual)]


def _figure(rates: Runs, in_flight: int) -> Figure:
    return Figure(
        name=f"read what PortaBilling's events mean, {in_flight} calls in flight",
        unit="events/s",
        ours=rates,
        other=Runs([in_flight / LATENCY / CALLS]),
        other_name=f"calls in flight ÷ {LATENCY * 1000:.0f} ms ÷ {CALLS} calls",
        aim=AIM,
    )


def _customers(portabilling: StandIn) -> Sequence[str]:
    """Each with an open invoice; their numbers."""
    numbers = []
    for number in range(CUSTOMERS):
        name = f"customer-{number}"
        numbers.append(portabilling.post("/billing/customers", {"external_id": name, "name": name, "currency": "USD"}))
        charge = {"text": "Internet", "amount": "30.00", "invoice_now": True}
        portabilling.post(f"/billing/customers/{name}/charges", charge)
    return [one["i_customer"] for one in numbers]


def _measured(portabilling: StandIn, numbers: Sequence[str], in_flight: int) -> float:
    return asyncio.run(_rate(portabilling, numbers, in_flight))


async def _rate(portabilling: StandIn, numbers: Sequence[str], in_flight: int) -> float:
    """Events a second: each is new, and so is what it means."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Instance(Settings(data=Path(folder)))
        try:
            typed = {**portabilling.options(INLET), "Max_Calls_In_Flight": str(in_flight)}
            await instance.configuration(lambda server: server.type("Global", "PortaBilling", typed))
            await instance.apply("Global", "PortaBilling", typed)
            async with instance.sources.reader("Global") as reader:
                await reader.probe()  # a session is there before anything is measured
                return await _read(reader, [_owed(number, one) for number, one in enumerate(numbers)])
        finally:
            instance.close()


async def _read(reader: Reader, owed: Sequence[Owed]) -> float:
    batches = [owed[start : start + reader.max_batch] for start in range(0, len(owed), reader.max_batch)]

    async def read(batch: Sequence[Owed]) -> None:
        await reader.provision(batch)

    began = time.perf_counter()
    await for_each(batches, read, at_once=READINGS_AT_ONCE)
    return len(owed) / (time.perf_counter() - began)


def _owed(number: int, i_customer: str) -> Owed:
    now = utc_now()
    variables = {"i_customer": i_customer}
    raw = RawEvent(environment="Global", i_event=str(number), type="Customer/Updated", variables=variables, at=now)
    return Owed(
        provisioning=number,
        stream=number,
        event_id=raw.i_event,
        replay=0,
        type=raw.type,
        cloud_event=to_owe(raw),
        epoch=1,
        notify_by=now,
    )
