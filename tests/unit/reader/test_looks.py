"""Customers are read again in time, though PortaBilling sends nothing."""

from __future__ import annotations

from builders import usd
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.storage.forgetting import begin
from duebell.storage.known import due
from unit.reader.reading_world import World, a_reader

LADDER = "*: due_soon 3; overdue 1; suspension_warning 2; suspend 7"


async def test_a_customer_is_reminded_of_what_falls_due_though_no_event_comes(world: World) -> None:
    reader = a_reader(world.stand_in, world.store, Collection_Ladder=LADDER)
    world.invoice()
    await reader.read(world.john)
    world.stand_in.advance(12)
    await reader.looks.catch_up()
    assert [one.split()[0] for one in world.told()] == ["invoice.generated", "invoice.due_soon"]
    await reader.close()


async def test_nobody_is_looked_at_before_it_is_time(world: World) -> None:
    reader = a_reader(world.stand_in, world.store, Collection_Ladder=LADDER)
    world.invoice()
    await reader.read(world.john)
    world.stand_in.pay("john-doe", usd("30"))
    await reader.looks.catch_up()
    assert len(world.told()) == 1
    await reader.close()


async def test_looks_wait_while_portabilling_is_down_and_are_made_when_it_is_back(world: World) -> None:
    reader = a_reader(world.stand_in, world.store, Collection_Ladder=LADDER)
    world.invoice()
    await reader.read(world.john)
    world.stand_in.advance(12)
    world.stand_in.switch(Nuisances(down=True))
    await reader.looks.catch_up()
    assert len(world.told()) == 1
    world.stand_in.switch(Nuisances())
    await reader.looks.catch_up()
    assert len(world.told()) == 2
    await reader.close()


async def test_a_customer_who_cannot_be_read_is_looked_at_again_later_and_holds_nobody_up(world: World) -> None:
    reader = a_reader(world.stand_in, world.store, Collection_Ladder=LADDER)
    world.invoice()
    await reader.read(world.john)
    world.stand_in.advance(12)
    world.stand_in.switch(Nuisances(denied=frozenset({"Invoice/get_invoice_list"})))
    await reader.looks.catch_up()
    assert world.store.read(lambda connection: due(connection, "Global", world.stand_in.now(), 10)) == []
    world.stand_in.switch(Nuisances())
    world.stand_in.advance(0, hours=2)
    await reader.looks.catch_up()
    assert len(world.told()) == 2
    await reader.close()


async def test_a_customer_who_was_forgotten_is_not_looked_at_unasked(world: World) -> None:
    reader = a_reader(world.stand_in, world.store, Collection_Ladder=LADDER)
    world.invoice()
    await reader.read(world.john)
    world.stand_in.advance(12)
    world.store.write(lambda c: begin(c, "Global", world.john, world.stand_in.now(), anyway=True)).result()
    await reader.looks.catch_up()
    assert len(world.told()) == 1
    await reader.close()
