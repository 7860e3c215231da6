"""What has waited is asked about at PortaBilling before anybody is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from builders import Target, a_happening, overdue, usd
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.pace import Limits, Pace
from duebell.espf.retry import RetryPolicy
from duebell.portabilling import SOURCE
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sources.asking import Place, Readable, SourcesAsked
from duebell.storage.queue import SqlQueue
from duebell.storage.recorder import record
from unit.reader.reading_world import World

PLACE = Place("Global", SOURCE)


class Counted:
    """A source that counts how often it is asked."""

    def __init__(self, world: World) -> None:
        self._reader = world.reader
        self.asked: list[str] = []

    async def read(self, i_customer: str) -> object:
        self.asked.append(i_customer)
        return await self._reader.read(i_customer)


async def dispatch(world: World, sources: Mapping[Place, Readable] | None = None, still_true: Any = None) -> Target:
    """Deliver all that is due to a target, as a service does that has just started."""
    target = Target()
    await Dispatcher(
        1,
        queue=SqlQueue(world.store),
        target=target,
        now=world.stand_in.now,
        policy=RetryPolicy(),
        pace=Pace(Limits()),
        still_true=still_true or SourcesAsked(world.store, lambda: sources or {}, world.stand_in.now),
    ).drain()
    return target


def told(target: Target) -> dict[str, str | None]:
    """For each event that was handed over, what made it untrue."""
    return {owed.type: owed.superseded_by and owed.superseded_by.type for call in target.calls for owed in call}


async def test_an_invoice_that_was_paid_while_its_event_waited_tells_nobody(world: World) -> None:
    await world.comes("Invoice/New", i_invoice=world.invoice())
    world.stand_in.advance(0, hours=1)
    world.stand_in.pay("john-doe", usd("30"))
    target = await dispatch(world, {PLACE: world.reader})
    assert told(target) == {"invoice.generated": "invoice.paid", "invoice.paid": None}


async def test_what_still_holds_is_told(world: World) -> None:
    await world.comes("Invoice/New", i_invoice=world.invoice())
    world.stand_in.advance(0, hours=1)
    assert told(await dispatch(world, {PLACE: world.reader})) == {"invoice.generated": None}


async def test_what_is_fresh_is_told_unasked(world: World) -> None:
    await world.comes("Invoice/New", i_invoice=world.invoice())
    source = Counted(world)
    await dispatch(world, {PLACE: source})
    assert source.asked == []


async def test_a_customer_of_whom_much_has_waited_is_asked_about_once(world: World) -> None:
    for _ in range(3):
        await world.comes("Invoice/New", i_invoice=world.invoice())
    world.stand_in.advance(0, hours=1)
    source = Counted(world)
    assert len((await dispatch(world, {PLACE: source})).sent) == 3
    assert source.asked == [world.john]


async def test_events_of_other_sources_are_judged_by_what_was_recorded(world: World) -> None:
    world.store.write(
        lambda c: record(c, [a_happening(overdue().fact, at=world.stand_in.now())], world.stand_in.now())
    ).result()
    world.stand_in.advance(0, hours=1)
    source = Counted(world)
    await dispatch(world, {PLACE: source})
    assert source.asked == []


async def test_while_portabilling_does_not_answer_events_go_on_and_it_is_not_asked_each_time(world: World) -> None:
    await world.comes("Invoice/New", i_invoice=world.invoice())
    world.stand_in.advance(0, hours=1)
    world.stand_in.switch(Nuisances(down=True))
    source = Counted(world)
    asked = SourcesAsked(world.store, lambda: {PLACE: source}, world.stand_in.now)
    batch = (await SqlQueue(world.store).look(1, limit=10, lines=10, without=(), now=world.stand_in.now())).batch
    assert [await asked(batch), await asked(batch)] == [batch, batch]
    assert source.asked == [world.john]


async def test_a_portabilling_that_hangs_holds_nothing_up(world: World) -> None:
    await world.comes("Invoice/New", i_invoice=world.invoice())
    world.stand_in.advance(0, hours=1)
    world.stand_in.switch(Nuisances(latency=20))
    asked = SourcesAsked(world.store, lambda: {PLACE: world.reader}, world.stand_in.now, at_most=0.2)
    assert told(await dispatch(world, still_true=asked)) == {"invoice.generated": None}
