"""A month of three customers, from the stand-in's EventSender to recorded events, with every nuisance on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import groupby
from pathlib import Path

import pytest
from sqlalchemy import func, select

from builders import usd
from duebell.billing.customer import BillingCustomer
from duebell.console.app import create_app
from duebell.instance import Instance, utc_now
from duebell.sandbox.loopback import authority, loopback_socket
from duebell.sandbox.portabilling.nuisances import EVERY_NUISANCE, Nuisances
from duebell.sandbox.portabilling.sending import Sending
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.sandbox.serving import serving_web
from duebell.settings import Settings
from duebell.storage.tables import event, stream
from duebell.storage.tables_raw import raw_event
from unit.reader.reading_world import configure

BEARABLE = EVERY_NUISANCE.model_copy(update={"fault_rate": 0})
"""A fault makes an event wait for longer than a test wants to; what becomes of faults is proven where time is passed in."""


@pytest.fixture
async def stand_in() -> AsyncIterator[PortaBillingStandIn]:
    async with PortaBillingStandIn(now=utc_now) as stand_in:
        for name, terms in [("pays", "standard"), ("pays-late", "standard"), ("pays-nothing", "limited-first")]:
            customer = BillingCustomer(external_id=name, name=f"Customer {name}", currency="USD", customer_class=terms)
            stand_in.add_customer(customer)
        yield stand_in


@pytest.fixture
async def instance(stand_in: PortaBillingStandIn, tmp_path: Path) -> AsyncIterator[Instance]:
    """It reads the stand-in, on the stand-in's clock, and is posted to over HTTP."""
    instance = Instance(Settings(data=tmp_path), now=stand_in.now)
    try:
        await configure(instance, stand_in)
        with loopback_socket("127.0.0.1", 0) as bound:
            async with instance.dispatching(), serving_web(create_app(instance), bound):
                inlet = f"http://{authority(bound)}/portabilling/Global/events"
                stand_in.send_to(Sending(url=inlet, password="of-the-sender", rate=1000, pause=0.05))
                yield instance
    finally:
        instance.close()


async def read(stand_in: PortaBillingStandIn, instance: Instance) -> None:
    """Wait until all that was sent is read."""
    await stand_in.settled()
    waiting = select(func.count()).where(raw_event.c.state == "waiting")
    while await instance.read(lambda connection: connection.execute(waiting).scalar()):
        await asyncio.sleep(0.02)


async def told(stand_in: PortaBillingStandIn, instance: Instance) -> dict[str, list[str]]:
    """The types of what was recorded, in order, by the customer's name in billing."""
    of = event.join(stream, stream.c.id == event.c.stream_id)
    query = select(stream.c.customer, event.c.type).select_from(of).order_by(event.c.stream_id, event.c.sequence)
    rows = await instance.read(lambda connection: connection.execute(query).all())
    name: Callable[[str], str | None] = stand_in.books.directory.customers.name
    return {str(name(customer)): [type_ for _, type_ in found] for customer, found in groupby(rows, key=lambda row: row[0])}


@pytest.mark.parametrize("nuisances", [Nuisances(), BEARABLE], ids=["pleasant", "with every nuisance"])
async def test_a_month_is_told_as_it_was(stand_in: PortaBillingStandIn, instance: Instance, nuisances: Nuisances) -> None:
    stand_in.switch(nuisances)
    for name in stand_in.books.customers():
        stand_in.invoice(name, usd("30"))
    await read(stand_in, instance)
    stand_in.advance(3)
    stand_in.pay("pays", usd("30"))
    await read(stand_in, instance)
    for days in (12, 5, 3):
        stand_in.advance(days)
        await read(stand_in, instance)
    stand_in.pay("pays-late", usd("10"))
    await read(stand_in, instance)
    stand_in.pay("pays-late", usd("20"))
    await read(stand_in, instance)
    stand_in.advance(5)
    await read(stand_in, instance)

    assert await told(stand_in, instance) == {
        "pays": ["invoice.generated", "invoice.paid"],
        "pays-late": [
            "invoice.generated",
            "invoice.overdue",
            "customer.suspended",
            "invoice.paid",
            "customer.suspension_removed",
        ],
        "pays-nothing": ["invoice.generated", "invoice.overdue", "customer.limited", "customer.suspended"],
    }
    assert not stand_in.sender.lost
