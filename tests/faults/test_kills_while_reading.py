"""Who reads raw events is killed between reading and recording, and between recording and settling: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from proof.crash import Crash
from proof.ground import Ground, Setting
from proof.place import Place
from proof.processes import ended, started
from proof.reading import READING_POINTS, ReadingOrder, read_raw_events
from sqlalchemy import func, select

from builders import usd
from duebell.billing.customer import BillingCustomer
from duebell.instance import utc_now
from duebell.portabilling.raw import read_raw
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.storage.founding import found
from duebell.storage.raw_taking import Arrival, take
from duebell.storage.sources import ensure_source
from duebell.storage.tables import event
from duebell.storage.tables_raw import raw_event

CUSTOMERS = 24


@pytest.fixture
async def stand_in() -> AsyncIterator[PortaBillingStandIn]:
    async with PortaBillingStandIn(now=utc_now) as stand_in:
        yield stand_in


def bill(stand_in: PortaBillingStandIn) -> Counter[str]:
    """Customers with an invoice each, of whom every other has paid; how many events of each type there are to come of it."""
    for number in range(CUSTOMERS):
        name = f"customer-{number}"
        stand_in.add_customer(BillingCustomer(external_id=name, name=f"Customer {number}", currency="USD"))
        stand_in.invoice(name, usd("30"))
        if number % 2:
            stand_in.pay(name, usd("30"))
    return Counter({"invoice.generated": CUSTOMERS, "invoice.paid": CUSTOMERS // 2})


def take_all(place: Place, stand_in: PortaBillingStandIn) -> None:
    """Keep what EventSender would post."""
    now = utc_now()
    bodies = [json.dumps(one.body()).encode() for one in stand_in.sender.waiting()]
    arrivals = [
        Arrival(
            environment="Global",
            body=body,
            size=len(body),
            digest="",
            received_at=now,
            raw=read_raw(body, environment="Global", received_at=now),
        )
        for body in bodies
    ]
    store = place.open()
    store.write(lambda connection: found(connection, [], "Global", now)).result()
    store.write(lambda connection: ensure_source(connection, "Global", now)).result()
    store.write(lambda connection: take(connection, arrivals)).result()
    store.close()


def states(place: Place) -> dict[str, int]:
    with place.look() as connection:
        query = select(raw_event.c.state, func.count()).group_by(raw_event.c.state)
        return {state: count for state, count in connection.execute(query)}  # noqa: C416 - rows aren't pairs to mypy


def recorded(place: Place) -> Counter[str]:
    with place.look() as connection:
        return Counter(connection.execute(select(event.c.type)).scalars())


async def read(place: Place, url: str, crash: Crash | None = None) -> bool:
    """Whether a worker came to its end, and wasn't killed."""
    worker = started(read_raw_events, ReadingOrder(place=place, url=url, crash=crash))
    return await asyncio.to_thread(ended, worker)


async def test_killed_at_every_point_of_reading_everything_is_recorded_once(
    setting: Setting[Ground], tmp_path: Path, stand_in: PortaBillingStandIn
) -> None:
    place = setting.ground.place(tmp_path)
    expected = bill(stand_in)
    take_all(place, stand_in)
    for point in READING_POINTS:
        assert not await read(place, stand_in.url, Crash(point, 1)), f"nobody came to the point {point.value!r}"
    assert states(place)["waiting"] > 0, "the last one has nothing left to read"
    assert await read(place, stand_in.url)
    assert states(place).keys() == {"done"}
    assert recorded(place) == expected
