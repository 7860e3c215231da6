"""Who reads PortaBilling's raw events is killed: at every named point, and at random moments."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from duebell.instance import utc_now
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from proof.crash import Crash, Point
from proof.errors import ProofBroken
from proof.ground import Ground, Setting, own_folder
from proof.portabilling.life import ReadingLife
from proof.portabilling.month import Month
from proof.portabilling.reader import READING_POINTS
from proof.portabilling.recorded import figures, recorded, unread
from proof.tally import Tally
from proof.verdict import Verdict

AT_POINTS = "who reads PortaBilling killed at every named point"
AT_RANDOM = "who reads PortaBilling killed at random moments"
CUSTOMERS = 12
KILLS_A_STEP = 5
_SURELY = 2
"""Who reads a step's raw events comes by each point at least so often."""


def at_every_point(setting: Setting[Ground]) -> Verdict:
    """In each round a new month, in each of whose steps those who read are killed at some of the points, in an order of chance."""
    tally = Tally(setting, AT_POINTS, setting.extent.rounds * len(READING_POINTS))
    asyncio.run(_at_every_point(setting, tally))
    return tally.verdict()


def at_random_moments(setting: Setting[Ground]) -> Verdict:
    """A fifth of the kills, each at a moment between the first breath of one who reads and his last."""
    tally = Tally(setting, AT_RANDOM, max(1, setting.extent.kills // 5))
    asyncio.run(_at_random_moments(setting, tally))
    return tally.verdict()


async def _at_every_point(setting: Setting[Ground], tally: Tally) -> None:
    chance = setting.extent.chance(AT_POINTS)
    while tally.left:
        points = chance.sample(READING_POINTS, len(READING_POINTS))
        async with _month(setting, tally) as (month, life):
            for number, step in enumerate(month.steps):
                step()
                life.take()
                for point in points[number :: len(month.steps)]:
                    await _crash(life, point, chance.randint(1, _SURELY))
                    tally.fault(life.look())
                await life.length()


async def _at_random_moments(setting: Setting[Ground], tally: Tally) -> None:
    chance = setting.extent.chance(AT_RANDOM)
    length = await _usual_length(setting, tally)
    while tally.left:
        async with _month(setting, tally) as (month, life):
            for step in month.steps:
                step()
                life.take()
                for _ in range(min(KILLS_A_STEP, tally.left)):
                    if await life.kill_after(chance.uniform(0, length)):
                        tally.fault(life.look())
                await life.length()


async def _crash(life: ReadingLife, point: Point, nth: int) -> None:
    if not (await life.crash(Crash(point, nth)) or await life.crash(Crash(point, 1))):
        raise ProofBroken(f"Two who read came to their ends without coming to the point {point.value!r}.")


async def _usual_length(setting: Setting[Ground], tally: Tally) -> float:
    """How long one lives who reads what the first step brings and is not disturbed, in seconds."""
    async with _month(setting, tally) as (month, life):
        month.steps[0]()
        life.take()
        return await life.length()


@asynccontextmanager
async def _month(setting: Setting[Ground], tally: Tally) -> AsyncIterator[tuple[Month, ReadingLife]]:
    """A new PortaBilling and database; afterwards what was recorded is counted."""
    with own_folder() as folder:
        async with PortaBillingStandIn(now=utc_now) as stand_in:
            month, life = Month(stand_in, CUSTOMERS), ReadingLife(setting.ground.place(folder), stand_in)
            yield month, life
            with life.place.look() as connection:
                tally.found(figures(month.happened, recorded(connection)), unread(connection))
