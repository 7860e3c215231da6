"""What PortaBilling has and never told is found, and recorded by choice."""

from __future__ import annotations

import json
from typing import Any

import httpx2

from builders import usd
from duebell.instance import Instance
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from unit.reader.reading_world import configure, recorded


async def reconciled(http: httpx2.AsyncClient, **how: Any) -> dict[str, Any]:
    answer = await http.post("/sources/Global/reconcile", params={"since": "3d", **how})
    report: dict[str, Any] = json.loads(answer.text.splitlines()[-1])
    return {name: report[name] for name in ("invoices", "missing", "changed", "customers", "recorded")}


async def test_what_was_lost_is_found_and_recorded_by_choice(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await configure(instance, stand_in)
    for _ in range(2):
        stand_in.invoice("john-doe", usd("30"))
    await http.post("/sources/Global/customers/1/look", json={})
    stand_in.pay("john-doe", usd("30"))
    stand_in.invoice("john-doe", usd("5"))
    found = {"invoices": 3, "missing": 1, "changed": 1, "customers": 1}
    assert await reconciled(http) == {**found, "recorded": {}}
    assert len(await recorded(instance)) == 2
    assert await reconciled(http, record=True) == {**found, "recorded": {"invoice.generated": 1, "invoice.paid": 1}}
    assert await reconciled(http) == {"invoices": 3, "missing": 0, "changed": 0, "customers": 0, "recorded": {}}
