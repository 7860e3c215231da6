"""How soon a handler is called for an event that is handed over, while others keep coming."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from statistics import quantiles
from typing import Any

from benchmarks import crowd
from benchmarks.espf import program
from benchmarks.espf.bare import bell
from benchmarks.espf.composition import at_work, opened
from benchmarks.espf.databases import Databases
from benchmarks.espf.turns import in_turn
from benchmarks.figure import Figure, Runs
from duebell.espf.envelope import Envelope, Happening
from duebell.espf.handler import Owed
from duebell.instance import utc_now
from duebell.storage.recording import Recording
from duebell.tasks import cancelled
from real_odoo import Progress

OURS, FLOOR = "promptness", "bare promptness"
"""The orders."""
RATE = 200
"""Events a second, evenly spaced."""
CUSTOMERS = 100
WARM_UP = 100
"""The first events, which aren't counted: statements are compiled and pages read for them."""
EVENTS = 1100
WITHIN = 3.0
"""So many times the floor at most."""


def measure(engines: Sequence[Databases], progress: Progress) -> Iterator[Figure]:
    """The lines about how soon a handler is called, two an engine: from its commit, and from the beginning."""
    for databases in engines:
        after_commit: list[float] = []
        sides = {OURS: partial(_ours, databases, after_commit), FLOOR: partial(_floor, databases)}
        times = in_turn(f"promptness on {databases.engine}", sides, progress)
        for begins, measured in (("recorded", Runs(after_commit)), ("handed over", times[OURS])):
            yield Figure(
                name=f"{begins} to handler called at {RATE}/s, p95, {databases.engine}",
                unit="ms",
                ours=measured,
                other=times[FLOOR],
                other_name="one bare write and one bare wake-up",
                aim=1 / WITHIN,
                lower_is_better=True,
            )


def _ours(databases: Databases, after_commit: list[float]) -> float:
    answer = _asked(databases, OURS)
    after_commit.append(answer["after_commit"])
    return answer["milliseconds"]


def _floor(databases: Databases) -> float:
    return _asked(databases, FLOOR)["milliseconds"]


def _asked(databases: Databases, order: str) -> Mapping[str, float]:
    with databases.copy() as url:
        return program.ask(program.OURS, do=order, url=url, events=EVENTS)


async def ours(url: str, events: int) -> Mapping[str, Any]:
    """Milliseconds, of 95 in 100 events at most, until the handler is called: from handing one over, and from its commit."""
    called: dict[str, float] = {}
    handed: dict[str, float] = {}
    kept: dict[str, float] = {}

    def note(batch: Sequence[Owed]) -> None:
        now = time.perf_counter()
        called.update((owed.event_id, now) for owed in batch)

    with opened(url) as store:
        recording = Recording(store, utc_now)
        async with at_work(store, note) as dispatcher:

            async def hand_over(happening: Happening) -> None:
                id_ = str(happening.id)
                handed[id_] = time.perf_counter()
                await recording.record([happening])
                kept[id_] = time.perf_counter()
                dispatcher.wake()

            running = asyncio.create_task(dispatcher.run())
            happenings = list(crowd.notices(utc_now(), customers=CUSTOMERS, events=events))
            await _evenly(events, lambda number: hand_over(happenings[number]))
            while len(called) < events and not running.done():  # noqa: ASYNC110 - a call rings no bell
                await asyncio.sleep(1 / RATE)
            await cancelled(running)
    if len(called) < events:
        raise RuntimeError(
            f"{events} events were handed over, the handler got {len(called)}: the measurement doesn't count."
        )
    ids = list(handed)[WARM_UP:]
    return {
        "milliseconds": _p95([called[id_] - handed[id_] for id_ in ids]),
        "after_commit": _p95([called[id_] - kept[id_] for id_ in ids]),
    }


async def bare(url: str, events: int) -> Mapping[str, Any]:
    """Milliseconds, of 95 in 100 at most, of one bare durable write of as much text and one bare wake-up after it."""
    took: list[float] = []
    (happening,) = crowd.notices(utc_now(), customers=1, events=1)
    text = Envelope(happening=happening, epoch=1, sequence=1, recorded_at=utc_now()).cloud_event()
    async with bell(url) as made:

        async def write(number: int) -> None:
            took.append(await made.until_woken(number, text))

        await _evenly(events, write)
    return {"milliseconds": _p95(took[WARM_UP:])}


async def _evenly(count: int, start: Callable[[int], Awaitable[None]]) -> None:
    """Begin so many, RATE a second, whether the ones before have ended or not; return when all have."""
    began = time.perf_counter()
    running = []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        running.append(asyncio.ensure_future(start(number)))
    await asyncio.gather(*running)


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1] * 1000
