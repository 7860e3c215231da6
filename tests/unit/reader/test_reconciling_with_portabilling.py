"""What PortaBilling has and never told is found, and recorded by choice."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from builders import JOHN, usd
from duebell.instance import Instance
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from unit.reader.reading_world import configure, recorded

SAME = {"invoices": 0, "missing": 0, "changed": 0, "condition": 0, "customers": 0, "recorded": {}}


async def reconciled(http: httpx2.AsyncClient, **how: Any) -> dict[str, Any]:
    answer = await http.post("/sources/Global/reconcile", params={"since": "3d", **how})
    report: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
    return {name: report[name] for name in ("invoices", "missing", "changed", "condition", "customers", "recorded")}


async def test_what_was_lost_is_found_and_recorded_by_choice(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await configure(instance, stand_in)
    for _ in range(2):
        stand_in.invoice("john-doe", usd("30"))
    await http.post("/sources/Global/customers/1/look", json={})
    stand_in.pay("john-doe", usd("30"))
    stand_in.invoice("john-doe", usd("5"))
    found = {"invoices": 3, "missing": 1, "changed": 1, "condition": 0, "customers": 1}
    assert await reconciled(http) == {**found, "recorded": {}}
    assert len(await recorded(instance)) == 2
    assert await reconciled(http, record=True) == {**found, "recorded": {"invoice.generated": 1, "invoice.paid": 1}}
    assert await reconciled(http) == {**SAME, "invoices": 3}


async def test_a_status_that_no_event_told_is_found_in_the_list_of_customers(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await configure(instance, stand_in)
    await http.post("/sources/Global/customers/1/look", json={})
    assert await reconciled(http) == SAME
    stand_in.show("john-doe", bill_status="S")
    assert await reconciled(http) == {**SAME, "condition": 1, "customers": 1}
    found = await reconciled(http, record=True)
    assert found["recorded"] == {"customer.suspended": 1}
    assert await reconciled(http) == SAME


async def test_a_word_that_no_table_has_is_a_difference_and_its_sentence_comes_of_reading(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await configure(instance, stand_in)
    await http.post("/sources/Global/customers/1/look", json={})
    stand_in.show("john-doe", status="hibernating")
    answer = await http.post("/sources/Global/reconcile", params={"since": "3d", "record": True})
    report = json.loads(answer.text.splitlines()[-1])
    assert (report["condition"], report["unread"]) == (1, 1)
    assert "hibernating" in report["because"]
    assert "Customer_Words" in report["because"]


@pytest.mark.parametrize("shown", [{"bill_status": ""}, {"status": ""}])
async def test_a_list_that_does_not_show_it_and_customers_never_read_are_passed_over(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient, shown: dict[str, str]
) -> None:
    await configure(instance, stand_in)
    stand_in.add_customer(replace(JOHN, external_id="stranger"))
    stand_in.show("stranger", bill_status="S")
    await http.post("/sources/Global/customers/1/look", json={})
    stand_in.show("john-doe", **shown)
    assert await reconciled(http) == SAME
