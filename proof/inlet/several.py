"""Two services listen for one PortaBilling over one database, and one of them is killed: the other goes on."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from itertools import count, islice

from duebell.settings import Settings
from proof.figures import Figures
from proof.ground import Setting, own_folder
from proof.inlet import proofs
from proof.inlet.kept import missing
from proof.inlet.sender import Sender, request
from proof.inlet.service import Moment, await_kill, configure, serving
from proof.inlet.told import event
from proof.postgres import PostgresGround
from proof.tally import Tally
from proof.verdict import Verdict

NAME = "one of two services killed between an event's commit and its answer"
EVENTS_A_KILL = 200
_SENDERS = 4
"""Connections to each service."""
_AT_BOTH = 0.1
"""The share of the events that come to both at once."""


def of_the_inlet(setting: Setting[PostgresGround]) -> Iterator[Verdict]:
    """The part of `make proof` on PostgreSQL."""
    yield from proofs.of_the_inlet(setting)
    yield one_of_two_killed(setting)


def one_of_two_killed(setting: Setting[PostgresGround]) -> Verdict:
    """A burst over both, in which one is killed; what it didn't answer comes to the other at once. Then both start anew."""
    chance, kills = setting.extent.chance(NAME), max(len(Moment), setting.extent.rounds)
    tally, burst = Tally(setting, NAME, kills), _Burst(chance)
    with own_folder() as folder:
        place = setting.ground.place(folder)
        settings = place.settings(folder)
        configure(settings)
        for kill in range(kills):
            _kill_one(settings, list(Moment)[kill % len(Moment)], burst, chance)
            tally.fault()
        lost, doubled = missing(place, {str(number) for number in burst.acknowledged}, ())
    refused = (f"{burst.refused} were answered by neither",) if burst.refused else ()
    tally.found(Figures(len(burst.acknowledged), lost, doubled, 0), refused)
    return tally.verdict(f"{burst.repeated} came to the other, too")


def _kill_one(settings: Settings, moment: Moment, burst: _Burst, chance: random.Random) -> None:
    """The one that started first, or the other."""
    nth = chance.randint(1, EVENTS_A_KILL // 4)
    orders = [(moment, nth), (None, 1)]
    chance.shuffle(orders)
    with ExitStack() as stack:
        running = [stack.enter_context(serving(settings, *order)) for order in orders]
        asyncio.run(burst.send([port for _, port in running]))
        victim, _ = running[orders.index((moment, nth))]
        await_kill(victim, moment)


class _Burst:
    """Events as fast as they are taken, over both services by turns."""

    def __init__(self, chance: random.Random) -> None:
        self.acknowledged: set[int] = set()
        self.repeated = 0
        self.refused = 0
        self._chance = chance
        self._numbers = count()

    async def send(self, ports: list[int]) -> None:
        """So many events as come to a kill."""
        numbers = islice(self._numbers, EVENTS_A_KILL)
        await asyncio.gather(*(self._send(numbers, *turn) for turn in (ports, ports[::-1]) for _ in range(_SENDERS)))

    async def _send(self, numbers: Iterator[int], port: int, other: int) -> None:
        async with Sender(port) as here, Sender(other) as there:
            for number in numbers:
                self._count(number, await self._statuses(here, there, request(event(number))))

    async def _statuses(self, here: Sender, there: Sender, told: bytes) -> list[int | None]:
        if self._chance.random() < _AT_BOTH:
            return list(await asyncio.gather(here.send(told), there.send(told)))
        first = await here.send(told)
        return [first] if first == HTTPStatus.OK else [first, await there.send(told)]

    def _count(self, number: int, statuses: list[int | None]) -> None:
        self.repeated += len(statuses) - 1
        if HTTPStatus.OK in statuses:
            self.acknowledged.add(number)
        else:
            self.refused += 1
