"""Two services tell one Odoo the same: a restored copy takes over from the first, for instance."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from builders import a_customer, a_happening, a_standing, an_invoice
from duebell.configuration.check import Result
from duebell.demo.patience import until
from duebell.errors import ConflictingEvent
from duebell.espf.envelope import Happening
from duebell.events import InvoiceGenerated
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.storage.event_log import EventFilter, list_events
from integration.service.real import RealOdoo
from waiting import within

PATIENCE = 90.0  # seconds


def happenings(count: int) -> list[Happening]:
    now = datetime.now(UTC)
    return [
        a_happening(
            InvoiceGenerated(
                customer=a_customer(f"both-{number}", name=f"Both {number}", phone=f"+120255502{number:02}", email=None),
                standing=a_standing(),
                invoice=an_invoice(f"BOTH-{number}"),
            ),
            at=now,
        )
        for number in range(count)
    ]


async def delivered(instance: Instance) -> int:
    page = await instance.read(lambda connection: list_events(connection, EventFilter(state="provisioned"), limit=1000))
    return len(page.events)


async def configured(instance: Instance, real: RealOdoo) -> None:
    await instance.configuration(lambda server: server.type("Global", "OdooCRM", real.options()))
    verification = await instance.verifications.begin("Global", "OdooCRM")
    assert [check.slug async for check in verification.checks() if check.result is Result.FAILED] == []
    await instance.apply("Global", "OdooCRM", verification.values)


async def test_what_one_service_tells_while_another_takes_over_and_tells_it_too_takes_effect_once(
    tmp_path: Path, real: RealOdoo
) -> None:
    events = happenings(20)
    one, other = Instance(Settings(data=tmp_path / "one")), Instance(Settings(data=tmp_path / "other"))
    for instance in (one, other):
        await configured(instance, real)
        recorded = await instance.record(events)
        assert [event.new for event in recorded] == [True] * 20
    await one.pairings.pair("OdooCRM", "a test")
    async with one.dispatching(), other.dispatching(), within(PATIENCE):
        while not await delivered(one):
            await asyncio.sleep(0.01)
        await other.pairings.pair("OdooCRM", "a test")
        while await delivered(other) != 20:
            await asyncio.sleep(0.1)
    one.close()
    other.close()
    assert [real.recorded(str(event.id)) for event in events] == [[["0"]]] * 20
    phones = [event.fact.customer.phone or "" for event in events]
    until(lambda: all(real.texts(phone) for phone in phones), "a text on each phone", seconds=60)
    assert [len(real.texts(phone)) for phone in phones] == [1] * 20


async def test_an_event_that_comes_again_is_one_and_with_other_content_it_is_refused_and_alarmed(tmp_path: Path) -> None:
    instance = Instance(Settings(data=tmp_path / "data"))
    (event,) = happenings(1)
    await instance.record([event])
    assert [(again.id, again.new) for again in await instance.record([event])] == [(str(event.id), False)]
    changed = a_happening(
        InvoiceGenerated(customer=event.fact.customer, standing=a_standing(), invoice=an_invoice("BOTH-0", total="99")),
        at=event.occurred_at,
    )
    assert changed.id == event.id
    with pytest.raises(ConflictingEvent, match="The first is kept; give the second an id of its own"):
        await instance.record([changed])
    shown = await instance.read(lambda connection: list_events(connection, EventFilter(text="30.00")))
    assert [row["id"] for row in shown.events] == [str(event.id)]
    (alarm,) = (await instance.status())["alarms"]
    assert (alarm["cause"], "came again with other content" in alarm["sentence"]) == ("events conflicting", True)
    instance.close()
