"""One life of a Duebell in a process of its own: recording and delivering until all is settled, or until it is killed."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

import structlog

from proof.composition import Composition
from proof.crash import Crash, CrashPoints, Point
from proof.handler import HttpHandler
from proof.place import Place

_MOST_AT_ONCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a worker is to do.

    Attributes:
        place: its database.
        target: the target's URL.
        journal: the file to which it adds the number of each fact, once its recording is acknowledged.
        facts: the numbers of the facts to record, in order; some may be recorded already.
        seed: how the facts are spread over calls.
        crash: where to die; None: nowhere.
        hasty: takes a fact for recorded before it is committed: the mistake that the proofs must be able to find.
    """

    place: Place
    target: str
    journal: Path
    facts: Sequence[int]
    seed: int
    crash: Crash | None = None
    hasty: bool = False


def work(order: Order, progress: Connection) -> None:
    """Carry an order out; `progress` hears when it begins and when all is done, so that a kill between the two hits it at work."""
    quiet()
    progress.send(None)
    asyncio.run(_work(order))
    progress.send(None)


def quiet() -> None:
    """Log errors only, in plain lines: what is brought about on purpose is no news."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        processors=[structlog.processors.format_exc_info, structlog.processors.LogfmtRenderer()],
    )


def in_calls(facts: Sequence[int], seed: int) -> Sequence[Sequence[int]]:
    """The facts in calls of one to a few."""
    chance = random.Random(seed)  # noqa: S311 - a seed that can be run again
    calls: list[list[int]] = []
    for number in facts:
        if not calls or len(calls[-1]) >= chance.randint(1, _MOST_AT_ONCE):
            calls.append([])
        calls[-1].append(number)
    return calls


async def _work(order: Order) -> None:
    points = CrashPoints(order.crash)
    duebell = Composition(order.place.open(), HttpHandler(order.target, points), points)
    async with duebell.delivering():
        with order.journal.open("ab", buffering=0) as journal:
            for numbers in in_calls(order.facts, order.seed):
                await _record(duebell, numbers, journal, hasty=order.hasty)
                points.hit(Point.ACKNOWLEDGED)
    await duebell.close()


async def _record(duebell: Composition, numbers: Sequence[int], journal: IO[bytes], *, hasty: bool) -> None:
    acknowledgement = "".join(f"{number}\n" for number in numbers).encode()
    if hasty:
        journal.write(acknowledgement)
    await asyncio.wrap_future(duebell.record(numbers))
    duebell.wake()
    if not hasty:
        journal.write(acknowledgement)
