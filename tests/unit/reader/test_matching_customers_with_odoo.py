"""Before anybody is told: who a PortaBilling's customers would be in Odoo, by which references."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from builders import usd
from duebell.billing.customer import BillingCustomer
from duebell.cli.references_file import read_references
from duebell.errors import InvalidValue
from duebell.instance import Instance
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.storage.tables import event
from unit.odoo_crm.stand_in import KEY, STATUS, Call, StandIn, a_status, result
from unit.reader.reading_world import configure

MATCH = "POST /json/2/duebell.event/match"
CONTACTS = {"C-1": "linked", "C-2": "ambiguous"}


def by_reference(call: Call) -> bytes:
    """An addon with one contact of C-1, and several of C-2."""
    asked = call.json["references"]
    return result({"matches": {one: CONTACTS.get(reference, "absent") for one, reference in asked.items()}})


@pytest.fixture
def odoo(odoo: StandIn) -> StandIn:
    odoo.answers |= {STATUS: result(a_status(methods=["match"])), MATCH: by_reference}
    return odoo


@pytest.fixture
async def crowd(instance: Instance, stand_in: PortaBillingStandIn, odoo: StandIn) -> Instance:
    """John without a reference, and two others with one."""
    await configure(instance, stand_in)
    typed = {"API_URL": odoo.url, "API_Access_Key": KEY, "Database": "telecom"}
    await instance.configuration(lambda server: server.type("Global", "OdooCRM", typed))
    await instance.apply("Global", "OdooCRM", typed)
    for name, reference in [("second", "C-1"), ("third", "C-2")]:
        customer = BillingCustomer(external_id=name, name=name, currency="USD", reference=reference)
        stand_in.add_customer(customer)
    return instance


async def matched(http: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await http.post("/sources/Global/match")
    report: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
    return report


async def entered(http: httpx2.AsyncClient, **references: str | None) -> httpx2.Response:
    return await http.put("/sources/Global/references", json={"references": references})


async def test_customers_are_linked_ambiguous_or_absent_and_those_left_over_are_named(
    crowd: Instance, http: httpx2.AsyncClient
) -> None:
    report = await matched(http)
    assert [report[name] for name in ("customers", "linked", "ambiguous", "absent", "unread")] == [3, 1, 1, 1, 0]
    assert report["named"] == {
        "ambiguous": [{"i_customer": "3", "reference": "C-2"}],
        "absent": [{"i_customer": "1", "reference": None}],
    }


async def test_a_reference_that_was_entered_counts_instead_of_portabillings_until_it_is_taken_back(
    crowd: Instance, http: httpx2.AsyncClient
) -> None:
    assert (await entered(http, **{"1": "C-1", "3": "C-1"})).json() == {"entered": 2}
    assert (await matched(http))["linked"] == 3
    await entered(http, **{"3": None})
    assert (await matched(http))["ambiguous"] == 1


async def test_an_event_carries_the_reference_that_was_entered(
    crowd: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await entered(http, **{"1": "C-1"})
    stand_in.invoice("john-doe", usd("30"))
    await http.post("/sources/Global/customers/1/look", json={})
    (told,) = await crowd.read(lambda connection: connection.execute(select(event.c.cloud_event)).scalars().all())
    assert json.loads(told)["data"]["customer"]["reference"] == "C-1"


async def test_an_addon_that_is_too_old_says_so(crowd: Instance, odoo: StandIn, http: httpx2.AsyncClient) -> None:
    odoo.answers[STATUS] = result(a_status(methods=["known"]))
    assert "upgrade the addon" in (await matched(http))["failed"]


async def test_an_odoo_that_is_not_configured_is_said_before_anybody_is_read(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await configure(instance, stand_in)
    await stand_in.__aexit__(None, None, None)  # to read anybody would fail
    assert "OdooCRM" in (await matched(http))["failed"]


async def test_references_of_an_environment_that_is_not_here_are_refused(crowd: Instance, http: httpx2.AsyncClient) -> None:
    answer = await http.put("/sources/Nowhere/references", json={"references": {"1": "C-1"}})
    assert (answer.status_code, "Nowhere" in answer.json()["detail"]) == (404, True)


def test_a_file_of_references_is_read_whatever_stands_beside_them(tmp_path: Path) -> None:
    file = tmp_path / "ids.csv"
    file.write_text('\ufeffname,reference,i_customer\nJohn,C-1,1\n"Two, B", ,2\n', encoding="utf-8")
    assert read_references(file) == [("1", "C-1"), ("2", None)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5;C-1\n", "first line must name the columns"),
        ("i_customer,reference\n5,C-1\n5,C-2\n", "line 3"),
        ("i_customer,reference\n,C-1\n", "line 2"),
        ("", "first line"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "ids.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidValue, match=said):
        read_references(file)
