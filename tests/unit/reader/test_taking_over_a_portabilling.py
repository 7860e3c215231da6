"""The first connection takes over who is there already, and tells nobody of what stands."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from builders import usd
from duebell.billing.customer import BillingCustomer
from duebell.instance import Instance
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.storage.known import count_read
from unit.reader.reading_world import configure, recorded

OTHERS = ("customer-2", "customer-3")


@pytest.fixture
async def crowd(instance: Instance, stand_in: PortaBillingStandIn) -> PortaBillingStandIn:
    """John, who is suspended since long ago, and two others with an open invoice; none of them was ever read."""
    await configure(instance, stand_in)
    stand_in.invoice("john-doe", usd("30"))
    stand_in.advance(40)
    for name in OTHERS:
        stand_in.add_customer(BillingCustomer(external_id=name, name=name, currency="USD"))
        stand_in.invoice(name, usd("10"))
    return stand_in


async def taken_over(http: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await http.post("/sources/Global/take-over")
    report: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
    return report


async def test_who_is_taken_over_is_told_nothing_of_what_stands_and_all_of_what_follows(
    instance: Instance, crowd: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    assert await instance.read(count_read) == {}
    report = await taken_over(http)
    assert await instance.read(count_read) == {"Global": 3}
    assert report == {"customers": 3, "known": 0, "taken_over": 3, "unread": 0, "because": None}
    assert await recorded(instance) == []
    crowd.pay("john-doe", usd("30"))
    crowd.invoice("customer-2", usd("5"))
    for number in ("1", "2", "3"):
        await http.post(f"/sources/Global/customers/{number}/look", json={})
    assert await recorded(instance) == ["invoice.paid", "customer.suspension_removed", "invoice.generated"]


async def test_taking_over_again_goes_on_with_those_that_are_missing(
    instance: Instance, crowd: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    crowd.show("customer-3", iso_4217="no currency")
    first = await taken_over(http)
    assert (first["taken_over"], first["unread"]) == (2, 1)
    assert "iso_4217" in first["because"]
    crowd.show("customer-3", iso_4217=None)
    assert await taken_over(http) == {"customers": 3, "known": 2, "taken_over": 1, "unread": 0, "because": None}
    assert await recorded(instance) == []


async def test_a_customer_who_comes_after_the_take_over_is_told_of_his_first_invoice(
    instance: Instance, crowd: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await taken_over(http)
    crowd.add_customer(BillingCustomer(external_id="customer-4", name="Fourth", currency="USD"))
    crowd.invoice("customer-4", usd("10"))
    await http.post("/sources/Global/customers/4/look", json={})
    assert await recorded(instance) == ["invoice.generated"]


async def test_a_portabilling_that_does_not_answer_is_said_to(
    instance: Instance, crowd: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    crowd.switch(Nuisances(down=True))
    assert "503" in (await taken_over(http))["failed"]
