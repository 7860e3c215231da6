"""Programs add environments and record for them: the same id in two billings is two customers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from pydantic_core import from_json
from sqlalchemy import select, update

from builders import NOON, generated
from duebell.billing.customer import BillingCustomer
from duebell.espf.envelope import fact_json
from duebell.espf.receipts import Receipt
from duebell.instance import Instance
from duebell.storage import customers
from duebell.storage.handlers import all_handlers
from duebell.storage.receipts import keep
from duebell.storage.tables import handler, provisioning, receipt


def a_cloud_event(id_: str = "1", number: int = 0, **attributes: Any) -> dict[str, Any]:
    """An invoice of the customer 4711, or of the one so many further."""
    data = from_json(fact_json(generated(str(4711 + number)).fact))
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "billing",
        "type": "invoice.generated",
        "time": NOON.isoformat(),
        "data": data,
        **attributes,
    }


async def test_an_environment_is_added_with_its_handlers_and_removed_while_nothing_was_recorded(
    api: httpx2.AsyncClient, instance: Instance
) -> None:
    added = await api.post("/api/v1/environments", json={"name": "berlin"})
    assert added.status_code == 201
    assert added.json() == [
        {"name": "Global", "handlers": ["OdooCRM"]},
        {"name": "berlin", "handlers": ["OdooCRM@berlin"]},
    ]
    assert instance.environments() == ("Global", "berlin")

    assert (await api.delete("/api/v1/environments/berlin")).status_code == 204
    assert (await api.get("/api/v1/environments")).json() == [{"name": "Global", "handlers": ["OdooCRM"]}]
    assert instance.environments() == ("Global",)


async def test_who_did_it_is_in_the_audit_trail_once(api: httpx2.AsyncClient) -> None:
    await api.post("/api/v1/environments", json={"name": "berlin"})
    await api.delete("/api/v1/environments/berlin")
    entries = (await api.get("/api/v1/audit")).json()["entries"]
    assert [(one["action"], one["subject"], one["who"]) for one in entries] == [
        ("removed an environment", "berlin", "a administrator"),
        ("added an environment", "berlin", "a administrator"),
    ]


async def test_what_can_t_be_is_told_in_a_sentence(api: httpx2.AsyncClient) -> None:
    await api.post("/api/v1/environments", json={"name": "berlin"})
    again = await api.post("/api/v1/environments", json={"name": "Berlin"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:duebell:problem:not-possible")
    wrong = await api.post("/api/v1/environments", json={"name": "a/b"})
    assert (wrong.status_code, wrong.json()["type"]) == (422, "urn:duebell:problem:invalid-value")
    assert (await api.delete("/api/v1/environments/munich")).status_code == 404
    assert (await api.delete("/api/v1/environments/Global")).status_code == 409


async def test_the_same_customer_id_in_two_environments_is_two_customers(api: httpx2.AsyncClient) -> None:
    await api.post("/api/v1/environments", json={"name": "berlin"})

    both = await api.post("/api/v1/events", json=[a_cloud_event(), a_cloud_event(environment="berlin")])

    first, second = both.json()["recorded"]
    assert first["new"]
    assert second["new"]
    assert first["id"] != second["id"]
    customers = (await api.get("/api/v1/customers", params={"search": "4711"})).json()
    assert {(one["environment"], one["customer"]) for one in customers} == {("Global", "4711"), ("berlin", "4711")}
    owed = {
        one["id"]: [to["handler"] for to in one["provisionings"]]
        for id_ in (first["id"], second["id"])
        for one in [(await api.get(f"/api/v1/events/{id_}")).json()]
    }
    assert owed == {first["id"]: ["OdooCRM"], second["id"]: ["OdooCRM@berlin"]}
    refused = await api.delete("/api/v1/environments/berlin")
    assert refused.status_code == 409
    assert "was recorded" in refused.json()["detail"]


async def test_an_event_of_an_environment_that_isn_t_here_is_refused_and_says_what_to_do(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/api/v1/events", json=[a_cloud_event("1"), a_cloud_event("2", environment="munich")])
    assert answer.status_code == 422
    assert answer.json()["detail"] == (
        "There is no environment 'munich'; there are: Global. Name one of them, or add it: `duebell environments add`."
    )
    assert (await api.get("/api/v1/events")).json()["events"] == []
    assert (await api.post("/api/v1/events", json=a_cloud_event(environment=7))).status_code == 422


async def test_who_records_at_the_same_time_as_an_unknown_environment_isn_t_refused_with_it(instance: Instance) -> None:
    stranger = replace(generated("one"), environment="munich")
    results = await asyncio.gather(
        instance.record([generated("one")]),
        instance.record([stranger]),
        instance.record([generated("two")]),
        return_exceptions=True,
    )
    assert [type(one).__name__ for one in results] == ["list", "UnknownEnvironment", "list"]


async def test_events_are_found_by_their_environment(api: httpx2.AsyncClient) -> None:
    await api.post("/api/v1/environments", json={"name": "berlin"})
    await api.post("/api/v1/events", json=[a_cloud_event(), a_cloud_event(environment="berlin")])

    async def found(**wanted: str) -> list[str]:
        return [one["environment"] for one in (await api.get("/api/v1/events", params=wanted)).json()["events"]]

    assert await found() == ["berlin", "Global"]
    assert await found(environment="berlin") == ["berlin"]
    assert await found(environment="Global", customer="4711") == ["Global"]
    assert await found(environment="berlin", search="4711", since="1d") == ["berlin"]
    assert (await api.get("/api/v1/events", params={"environment": "munich"})).status_code == 404


async def test_customers_are_found_by_their_environment(api: httpx2.AsyncClient) -> None:
    await api.post("/api/v1/environments", json={"name": "berlin"})
    await api.post("/api/v1/environments", json={"name": "unused"})
    await api.post("/api/v1/events", json=[a_cloud_event(), a_cloud_event(environment="berlin")])

    async def found(**wanted: str) -> list[str]:
        return [one["environment"] for one in (await api.get("/api/v1/customers", params=wanted)).json()]

    assert await found() == ["berlin", "Global"]
    for search in ({}, {"search": "4711"}, {"search": "john"}):
        assert await found(environment="berlin", **search) == ["berlin"], search
        assert await found(environment="Global", **search) == ["Global"], search
        assert await found(environment="unused", **search) == [], search
    unknown = await api.get("/api/v1/customers", params={"environment": "munich"})
    assert unknown.status_code == 404
    assert unknown.json()["detail"] == "There is no environment 'munich'; there are: Global, berlin, unused."


async def test_customers_of_embedded_billing_of_whom_nothing_was_told_are_globals(
    api: httpx2.AsyncClient, instance: Instance
) -> None:
    await api.post("/api/v1/environments", json={"name": "berlin"})
    john = BillingCustomer(external_id="john-doe", name="John Doe", currency="USD")
    await instance.billing(lambda billing: billing.add_customer(john))

    async def found(environment: str) -> list[str]:
        answer = await api.get("/api/v1/customers", params={"environment": environment})
        return [one["customer"] for one in answer.json()]

    assert (await found("Global"), await found("berlin")) == (["john-doe"], [])


async def test_of_two_large_environments_each_has_its_own_customers(
    api: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More customers than are gone through one by one: they are met on the way from the newest on."""
    monkeypatch.setattr(customers, "FEW_CUSTOMERS", 1)
    await api.post("/api/v1/environments", json={"name": "berlin"})
    both = [
        a_cloud_event(f"{environment} {number}", number, environment=environment)
        for number in range(3)
        for environment in ("Global", "berlin")
    ]
    (await api.post("/api/v1/events", json=both)).raise_for_status()

    answer = await api.get("/api/v1/customers", params={"environment": "berlin", "limit": 2})

    assert [(one["environment"], one["customer"]) for one in answer.json()] == [("berlin", "4713"), ("berlin", "4712")]


async def test_all_events_of_an_environment_are_replayed_alone(api: httpx2.AsyncClient, instance: Instance) -> None:
    await api.post("/api/v1/environments", json={"name": "berlin"})
    await api.post("/api/v1/events", json=[a_cloud_event(), a_cloud_event(environment="berlin")])
    await instance.write(lambda c: c.execute(update(provisioning).values(state="provisioned", is_head=False)).rowcount)

    await api.post("/api/v1/events/replay", params={"environment": "berlin", "yes": "true"})

    query = select(handler.c.name).join_from(provisioning, handler).where(provisioning.c.replay == 1)
    assert await instance.read(lambda connection: connection.execute(query).scalars().all()) == ["OdooCRM@berlin"]


async def test_what_became_of_a_message_is_kept_where_its_event_belongs_whoever_was_asked(
    api: httpx2.AsyncClient, instance: Instance
) -> None:
    """Handlers that share an Odoo are each told of all messages there, until one of them has acknowledged them."""
    await api.post("/api/v1/environments", json={"name": "berlin"})
    answer = await api.post("/api/v1/events", json=[a_cloud_event(), a_cloud_event(environment="berlin")])
    ids = [one["id"] for one in answer.json()["recorded"]]
    asked = (await instance.read(all_handlers))[0]

    said = [
        Receipt(id=place, event_id=id_, replay=0, channel="sms", state="sent", because=None, at=NOON)
        for place, id_ in enumerate(ids)
    ]
    await instance.write(lambda connection: keep(connection, asked.id, said))

    query = select(receipt.c.event_id, handler.c.name).join_from(receipt, handler)
    assert set(await instance.read(lambda connection: connection.execute(query).all())) == {
        (ids[0], "OdooCRM"),
        (ids[1], "OdooCRM@berlin"),
    }
