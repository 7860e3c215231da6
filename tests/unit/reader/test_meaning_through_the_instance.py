"""From what a PortaBilling sends to what a target is told: the instance as `serve` runs it, over a stand-in."""

from __future__ import annotations

import asyncio
import hashlib
import json

from sqlalchemy import select

from builders import usd
from duebell.instance import Instance
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.sources.sources import Body
from duebell.storage.tables import event
from duebell.storage.tables_raw import raw_event
from unit.reader.reading_world import configure, recorded


async def send(instance: Instance, i_event: int, type_: str, **variables: str) -> None:
    content = json.dumps({"event_type": type_, "variables": {"i_event": i_event, **variables}}).encode()
    await instance.sources.take(
        "Global", Body(content=content, size=len(content), digest=hashlib.sha256(content).hexdigest())
    )


async def read(instance: Instance) -> list[tuple[str, str | None]]:
    """(state, reference) of each raw event, once none waits."""
    query = select(raw_event.c.state, raw_event.c.reference).order_by(raw_event.c.number)
    while True:
        rows = await instance.read(lambda connection: connection.execute(query).all())
        if all(row.state != "waiting" for row in rows):
            return [(row.state, row.reference) for row in rows]
        await asyncio.sleep(0.01)


async def test_what_portabilling_sends_is_read_and_recorded(instance: Instance, stand_in: PortaBillingStandIn) -> None:
    await configure(instance, stand_in)
    i_invoice = stand_in.invoice("john-doe", usd("30"))
    async with instance.dispatching():
        await send(instance, 1, "Invoice/New", i_invoice=i_invoice)
        ends = await read(instance)
    assert await recorded(instance) == ["invoice.generated"]
    assert [state for state, _ in ends] == ["done"]
    ids = await instance.read(lambda c: c.execute(select(event.c.id)).scalars().all())
    assert [reference for _, reference in ends] == list(ids)


async def test_what_came_while_nobody_read_is_read_when_somebody_does(
    instance: Instance, stand_in: PortaBillingStandIn
) -> None:
    await configure(instance, stand_in)
    i_invoice = stand_in.invoice("john-doe", usd("30"))
    await send(instance, 1, "Invoice/New", i_invoice=i_invoice)
    stand_in.pay("john-doe", usd("30"))
    await send(instance, 2, "Invoice/Updated", i_invoice=i_invoice)
    async with instance.dispatching():
        await read(instance)
    assert await recorded(instance) == ["invoice.generated", "invoice.paid"]
