"""The handler against a real Odoo 19 with the addon: what arrives, once, and what is said while it can't."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx2
import pytest

from builders import a_customer, a_happening, a_standing, an_invoice
from duebell.espf.envelope import Envelope
from duebell.espf.handler import ConfigurationRefused, NotAttempted, Owed, Provisioned, Refused, TargetDown
from duebell.events import InvoiceGenerated
from duebell.handlers.odoo_crm import GROUP, build
from duebell.handlers.odoo_crm.client import Client
from duebell.handlers.odoo_crm.group import Settings
from duebell.handlers.odoo_crm.handler import OdooCRM
from integration.odoo_crm.running_odoo import RunningOdoo

_numbers = count(1)
Connect = Callable[..., OdooCRM]


def now() -> datetime:
    return datetime.now(UTC)


def owed(customer: str | None = None, sequence: int = 1) -> Owed:
    """An invoice, just generated, of a customer of its own unless one is given."""
    number = next(_numbers)
    external_id = customer or f"customer-{number}"
    fact = InvoiceGenerated(
        customer=a_customer(external_id, name=external_id.capitalize()),
        standing=a_standing(),
        invoice=an_invoice(f"INV-{number}"),
    )
    envelope = Envelope(happening=a_happening(fact, at=now()), epoch=1, sequence=sequence, recorded_at=now())
    return Owed(
        provisioning=number,
        stream=number,
        event_id=str(envelope.happening.id),
        replay=0,
        type=fact.type,
        cloud_event=envelope.cloud_event(),
        epoch=1,
        notify_by=now() + timedelta(hours=48),
    )


@pytest.fixture
async def connect(real: RunningOdoo) -> AsyncIterator[Connect]:
    handlers: list[OdooCRM] = []

    def made(**values: str) -> OdooCRM:
        handlers.append(build(real.values(**values), now=now))
        return handlers[-1]

    yield made
    for handler in handlers:
        await handler.close()


def times_recorded(real: RunningOdoo, event: Owed) -> int:
    rows = real.cluster.query(real.database, "SELECT event_id FROM duebell_event")
    return rows.count([event.event_id])


async def test_a_batch_arrives_and_each_event_has_its_record_and_a_page(real: RunningOdoo, connect: Connect) -> None:
    batch = [owed() for _ in range(20)]

    ended = await connect().provision(batch)

    assert all(isinstance(outcome, Provisioned) and outcome.remark is None for outcome in ended.values())
    assert len({outcome.reference for outcome in ended.values() if isinstance(outcome, Provisioned)}) == 20
    first = ended[batch[0].provisioning]
    assert isinstance(first, Provisioned)
    assert (first.link or "").startswith(f"{real.server.url}/odoo/")
    page = httpx2.get(first.link or "", headers={"X-Odoo-Database": real.database})
    assert page.status_code == 303  # to the login page: the address is one of Odoo's


async def test_an_event_that_odoo_cannot_take_is_refused_alone(connect: Connect) -> None:
    good, bad = owed(), owed()
    bad = replace(bad, cloud_event=bad.cloud_event.replace("USD", "ZZZ"))

    ended = await connect().provision([good, bad])

    assert isinstance(ended[good.provisioning], Provisioned)
    refused = ended[bad.provisioning]
    assert isinstance(refused, Refused)
    assert "currency" in refused.because


async def test_what_is_told_twice_is_recorded_once(real: RunningOdoo, connect: Connect) -> None:
    event, handler = owed(), connect()

    assert await handler.provision([event]) == await handler.provision([event])
    assert times_recorded(real, event) == 1


async def test_the_same_batch_from_four_callers_at_once_has_the_effect_of_one(real: RunningOdoo, connect: Connect) -> None:
    batch = [owed() for _ in range(10)]

    first, *others = await asyncio.gather(*(connect().provision(batch) for _ in range(4)))

    assert others == [first] * 3
    assert [times_recorded(real, event) for event in batch] == [1] * 10


async def test_different_events_of_a_known_customer_from_four_callers_at_once_are_each_effective_once(
    real: RunningOdoo, connect: Connect
) -> None:
    await connect().provision([owed("in-demand", sequence=1)])
    events = [owed("in-demand", sequence=sequence) for sequence in (4, 2, 5, 3)]

    ended = await asyncio.gather(*(connect().provision([event]) for event in events))

    assert all(isinstance(outcome, Provisioned) for outcomes in ended for outcome in outcomes.values())
    assert [times_recorded(real, event) for event in events] == [1] * 4
    known = real.cluster.query(
        real.database, "SELECT last_sequence::int FROM duebell_customer WHERE external_id = 'in-demand'"
    )
    assert [int(row[0]) for row in known] == [5], "the newest counts, whichever came last"


async def test_a_call_whose_answer_was_lost_is_made_again_and_has_its_effect_once(
    real: RunningOdoo, connect: Connect
) -> None:
    event, settings = owed(), Settings.of(GROUP.complete(real.values()))
    impatient = Client(real.server.url, access_key=settings.access_key, database=real.database, request_timeout=1.0)
    handler = OdooCRM(impatient, settings, now=now)
    await handler.probe()
    with real.server.frozen(), pytest.raises(TargetDown, match="within the time allowed"):
        await handler.provision([event])

    ended = await connect().provision([event])

    assert isinstance(ended[event.provisioning], Provisioned)
    assert times_recorded(real, event) == 1
    await handler.close()


async def test_while_postgresql_is_down_the_target_is_down_and_nothing_is_lost(real: RunningOdoo, connect: Connect) -> None:
    event, handler = owed(), connect()
    await handler.probe()
    real.wire.cut()
    try:
        with pytest.raises(TargetDown):
            await handler.provision([event])
        with pytest.raises(TargetDown, match="can't reach its PostgreSQL"):
            await handler.probe()
    finally:
        real.wire.mend()

    await handler.probe()
    ended = await handler.provision([event])

    assert isinstance(ended[event.provisioning], Provisioned)


async def test_a_revoked_key_waits_for_a_person(real: RunningOdoo, connect: Connect) -> None:
    handler = connect(API_Access_Key=real.keys["revoked"])

    with pytest.raises(ConfigurationRefused, match="Make a new API key"):
        await handler.provision([owed()])
    with pytest.raises(ConfigurationRefused, match="Make a new API key"):
        await handler.probe()


async def test_a_type_that_the_addon_does_not_know_waits(connect: Connect) -> None:
    event = replace(owed(), type="invoice.framed")

    assert isinstance((await connect().provision([event]))[event.provisioning], NotAttempted)


async def test_messages_are_open_and_receipts_can_be_asked_for(connect: Connect) -> None:
    handler = connect()
    await handler.provision([owed()])

    told = await handler.receipts([])

    assert told.open >= 1
    assert (await handler.receipts([receipt.id for receipt in told.receipts])).receipts == []
