"""A PortaBilling's customers are taken over by a service that is killed meanwhile: everybody once, and nobody is told of what stands."""

from __future__ import annotations

import asyncio
from pathlib import Path

from duebell.instance import utc_now
from duebell.operations.taking_over import TakenOver
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.sources.reading_many import AT_ONCE
from duebell.storage.known import count_read
from proof import service
from proof.errors import ProofBroken
from proof.figures import Figures, unexplained
from proof.ground import Ground, Setting, own_folder
from proof.inlet import service as inlet
from proof.place import Place
from proof.portabilling.crowd import Crowd
from proof.portabilling.life import keep
from proof.portabilling.reader import options
from proof.portabilling.recorded import figures, recorded
from proof.portabilling.taker import Takeover, finish, take_everybody
from proof.processes import ended, started, wire
from proof.tally import Tally
from proof.target import ALWAYS_KIND, Target
from proof.verdict import Verdict

NAME = "killed while taking over a PortaBilling's customers"
FEWEST = 120
"""Customers, however short it is to be: so many that each kill finds some who are left."""
PATIENCE = 600.0
"""Seconds in which thousands of customers are read, whatever else the machine does."""
_KEY = "0" * 40


def taken_over(setting: Setting[Ground]) -> Verdict:
    """Twice as many customers as there are kills of workers; a customer counts as an event, and who isn't taken over as lost.

    Afterwards what EventSender kept meanwhile comes, and what changes from then on.
    """
    with own_folder() as folder, Target(setting.extent.seed, ALWAYS_KIND) as target:
        scene = _Scene(setting, setting.ground.place(folder), folder, target)
        return asyncio.run(scene.carry_out())


class _Scene:
    """One database, the target that is to be told, and a PortaBilling for as long as it is carried out."""

    def __init__(self, setting: Setting[Ground], place: Place, folder: Path, target: Target) -> None:
        self._setting = setting
        self._place = place
        self._settings = place.settings(folder)
        self._target = target

    async def carry_out(self) -> Verdict:
        extent = self._setting.extent
        customers, kills = max(FEWEST, 2 * extent.kills), max(2, extent.rounds // 2)
        tally = Tally(self._setting, NAME, kills)
        async with PortaBillingStandIn(now=utc_now) as stand_in:
            crowd = Crowd(stand_in, customers)
            await asyncio.to_thread(self._configure, stand_in.url)
            chance = extent.chance(NAME)
            while tally.left:
                await asyncio.to_thread(self._kill_at, chance.randint(1, customers // kills - AT_ONCE))
                tally.fault()
            report = await asyncio.to_thread(self._take_everybody)
            crowd.change()
            await asyncio.to_thread(keep, self._place, stand_in.sender.waiting())
            await asyncio.to_thread(self._finish)
        tally.found(Figures(customers, customers - report.known - report.taken_over, 0, 0))
        tally.found(*self._found(crowd))
        return tally.verdict(f"{report.known} of {customers} were there before the last run")

    def _configure(self, url: str) -> None:
        service.configure(self._settings, {"API_URL": self._target.url, "API_Access_Key": _KEY})
        inlet.configure(self._settings, options(url))

    def _kill_at(self, nth: int) -> None:
        """Each may leave so many behind it that were read at once with the `nth`."""
        hears, tells = wire()
        if ended(started(take_everybody, Takeover(settings=self._settings, nth=nth), tells), PATIENCE):
            raise ProofBroken(f"It took everybody over, and never came to its customer {nth}.")
        hears.close()

    def _take_everybody(self) -> TakenOver:
        hears, tells = wire()
        process = started(take_everybody, Takeover(settings=self._settings), tells)
        tells.close()
        report: TakenOver = hears.recv()
        ended(process, PATIENCE)
        return report

    def _finish(self) -> None:
        ended(started(finish, self._settings), PATIENCE)

    def _found(self, crowd: Crowd) -> tuple[Figures, tuple[str, ...]]:
        with self._place.look() as connection:
            told, wrong = recorded(connection), unexplained(connection)
            known = sum(count_read(connection).values())
        effects, events = len(self._target.effects), sum(map(len, told.values()))
        if effects != events:
            wrong = (*wrong, f"{events} events were recorded, and {effects} took effect at the target")
        if known != crowd.size:
            wrong = (*wrong, f"{known} customers are known, and there are {crowd.size}")
        return figures(crowd.happened, told), wrong
