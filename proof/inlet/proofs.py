"""The part of `make proof` about the inlet: what is answered, and that whatever was answered 200 is kept, once."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from pathlib import Path

from duebell.configuration.environment import GLOBAL
from duebell.errors import InvalidValue
from duebell.instance import utc_now
from duebell.portabilling.group import options_of
from duebell.portabilling.raw import read_raw
from duebell.portabilling.types import about
from proof.figures import Figures
from proof.ground import Ground, Setting, own_folder
from proof.inlet.hostile import Hostile, Malice
from proof.inlet.kept import missing
from proof.inlet.sender import Sender
from proof.inlet.service import OPTIONS, Moment, await_kill, configure, serving
from proof.inlet.told import Told
from proof.tally import Tally
from proof.verdict import Verdict

HOSTILE_A_KILL = 100
SENDERS = 16
MOST_GROWTH = 64_000
"""Kilobytes by which the service may grow after the first fifth: its caches are full by then."""
EVENTS_A_LIFE = 200
"""So many events PortaBilling has to tell while the service lives, if nobody kills it."""
_NO_OPTIONS = options_of(OPTIONS)


def of_the_inlet(setting: Setting[Ground]) -> Iterator[Verdict]:
    """The part of `make proof`."""
    yield hostile(setting)
    yield killed(setting)


def hostile(setting: Setting[Ground]) -> Verdict:
    """Hostile requests by the thousand, while PortaBilling's own come between them."""
    name = "hostile requests at PortaBilling's inlet"
    count = setting.extent.kills * HOSTILE_A_KILL
    with own_folder() as folder:
        place = setting.ground.place(folder)
        settings = place.settings(folder)
        configure(settings)
        with serving(settings) as (process, port):
            siege = _Siege(Malice(setting.extent.chance(name)), port, count)
            progress = partial(setting.progress, setting.ground.engine)
            grown = asyncio.run(siege.carry_out(lambda done: progress(f"{name}: {done:,}", done / count), process.pid or 0))
        lost, doubled = missing(place, siege.raws, siege.digests)
    unexplained = [f"{times} were answered {status}" for status, times in siege.statuses.items() if status not in {200, 503}]
    if grown > MOST_GROWTH:
        unexplained.append(f"the service grew by {grown:,} kB")
    return Verdict(
        name=name,
        engine=setting.ground.engine,
        seed=setting.extent.seed,
        faults=count,
        figures=Figures(len(siege.raws) + len(siege.digests), lost, doubled, 0),
        unexplained=tuple(unexplained),
        remark=f"{siege.statuses[200]:,} answered 200, {siege.statuses[503]:,} 503; the service grew by {grown:,} kB",
    )


def killed(setting: Setting[Ground]) -> Verdict:
    """The service is killed while PortaBilling sends, which sends again whatever wasn't answered 200."""
    name = "killed between an event's commit and its answer"
    kills = max(len(Moment), setting.extent.kills // 20)
    tally = Tally(setting, name, kills)
    with own_folder() as folder:
        place = setting.ground.place(folder)
        settings = place.settings(folder)
        configure(settings)
        told = Told(setting.extent.chance(name))
        for kill in range(kills):
            moment = list(Moment)[kill % len(Moment)]
            with serving(settings, moment, told.chance.randint(1, EVENTS_A_LIFE // 2)) as (process, port):
                asyncio.run(told.tell(port, EVENTS_A_LIFE))
                await_kill(process, moment)
            tally.fault()
        with serving(settings) as (_, port):
            asyncio.run(told.tell(port, 0))
        lost, doubled = missing(place, {str(number) for number in told.acknowledged}, ())
    pending = (f"{len(told.pending)} were never acknowledged",) if told.pending else ()
    tally.found(Figures(len(told.acknowledged), lost, doubled, 0), pending)
    return tally.verdict(f"{told.repeated} sent again")


class _Siege:
    """Hostile requests from several senders at once, and what has to be kept of them by what they were answered."""

    def __init__(self, malice: Malice, port: int, count: int) -> None:
        self.raws: set[str] = set()
        self.digests: set[str] = set()
        self.statuses: Counter[int | None] = Counter()
        self._malice = malice
        self._port = port
        self._left = self._count = count

    async def carry_out(self, progress: Callable[[int], None], pid: int) -> int:
        """Send them all; by how many kilobytes the service grew after the first fifth of them."""
        senders = [asyncio.create_task(self._send(number)) for number in range(SENDERS)]
        early: int | None = None
        while not all(sender.done() for sender in senders):
            done = self._count - self._left
            progress(done)
            if early is None and done >= self._count // 5:
                early = _memory(pid)
            await asyncio.sleep(0.2)
        await asyncio.gather(*senders)
        return _memory(pid) - (early or 0)

    async def _send(self, number: int) -> None:
        async with Sender(self._port, f"127.0.1.{number + 1}") as sender:
            while self._left > 0:
                self._left -= 1
                hostile = self._malice.next()
                if hostile.breaks_off:
                    await sender.break_off(hostile.parts[0])
                    continue
                status = await sender.send(*hostile.parts, pause=hostile.pause)
                self.statuses[status] += 1
                if status == HTTPStatus.OK:
                    self._expect(hostile)

    def _expect(self, hostile: Hostile) -> None:
        """It was answered 200: it has to be among the raw events, or else in quarantine."""
        try:
            raw = read_raw(hostile.body, environment=GLOBAL, received_at=utc_now())
        except InvalidValue:
            raw = None
        if raw is None or about(raw.type, _NO_OPTIONS) is None:
            self.digests.add(hashlib.sha256(hostile.body).hexdigest())
        elif "i_event" in raw.variables:  # without, it has an id that follows from the moment when it came
            self.raws.add(raw.i_event)


def _memory(pid: int) -> int:
    """Kilobytes that a process has in memory."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
