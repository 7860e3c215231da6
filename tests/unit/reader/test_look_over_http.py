"""A person has one customer read now, or is told what reading him would mean."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import func, select

from builders import usd
from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.settings import Settings
from duebell.storage.tables import event
from unit.reader.reading_world import JOHN, values
from unit.sandbox.clock import StandingClock

LOOK = "/sources/Global/customers/{}/look"


@pytest.fixture
async def stand_in() -> AsyncIterator[PortaBillingStandIn]:
    async with PortaBillingStandIn(now=StandingClock()) as stand_in:
        stand_in.add_customer(JOHN)
        yield stand_in


@pytest.fixture
async def instance(stand_in: PortaBillingStandIn, tmp_path: Path) -> AsyncIterator[Instance]:
    instance = Instance(Settings(data=tmp_path), now=stand_in.now)
    yield instance
    instance.close()


@pytest.fixture
async def http(instance: Instance) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(create_app(instance))
    async with httpx2.AsyncClient(transport=transport, base_url="http://duebell/api/v1/portabilling") as http:
        yield http


async def configure(instance: Instance, stand_in: PortaBillingStandIn) -> None:
    await instance.configuration(lambda server: server.type("Global", "PortaBilling", values(stand_in.url)))
    typed = await instance.configuration(lambda server: server.draft("Global", "PortaBilling"))
    await instance.apply("Global", "PortaBilling", typed)


async def recorded(instance: Instance) -> int:
    return await instance.read(lambda c: c.execute(select(func.count()).select_from(event)).scalar_one())


async def test_a_dry_run_says_what_a_look_would_mean_and_records_nothing(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await configure(instance, stand_in)
    number = stand_in.number(stand_in.invoice("john-doe", usd("30")))
    answer = (await http.post(LOOK.format(1), json={"dry_run": True})).json()
    assert answer["recorded"] is False
    assert [(one["type"], one["subject"], one["told"]) for one in answer["events"]] == [("invoice.generated", number, True)]
    assert await recorded(instance) == 0


async def test_a_look_records_what_is_new_once(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await configure(instance, stand_in)
    stand_in.invoice("john-doe", usd("30"))
    first, second = [(await http.post(LOOK.format(1), json={})).json() for _ in range(2)]
    assert (len(first["events"]), first["recorded"]) == (1, True)
    assert second["events"] == []
    assert await recorded(instance) == 1


async def test_a_look_where_nothing_is_configured_says_what_to_do(http: httpx2.AsyncClient) -> None:
    answer = await http.post(LOOK.format(1), json={})
    assert answer.status_code == 409
    assert "configure and verify Global.PortaBilling" in answer.json()["detail"]


async def test_a_look_at_a_portabilling_that_does_not_answer_is_a_problem_and_no_fault_of_ours(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await configure(instance, stand_in)
    stand_in.switch(stand_in.switches.on.model_copy(update={"down": True}))
    answer = await http.post(LOOK.format(1), json={})
    assert answer.status_code == 502
    assert "PortaBilling" in answer.json()["detail"]
