"""A person has one customer read now, or is told what reading him would mean."""

from __future__ import annotations

import httpx2

from builders import usd
from duebell.instance import Instance
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from unit.reader.reading_world import configure, recorded

LOOK = "/sources/Global/customers/{}/look"


async def test_a_dry_run_says_what_a_look_would_mean_and_records_nothing(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await configure(instance, stand_in)
    number = stand_in.number(stand_in.invoice("john-doe", usd("30")))
    answer = (await http.post(LOOK.format(1), json={"dry_run": True})).json()
    assert answer["recorded"] is False
    assert [(one["type"], one["subject"], one["told"]) for one in answer["events"]] == [("invoice.generated", number, True)]
    assert await recorded(instance) == []


async def test_a_look_records_what_is_new_once(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await configure(instance, stand_in)
    stand_in.invoice("john-doe", usd("30"))
    first, second = [(await http.post(LOOK.format(1), json={})).json() for _ in range(2)]
    assert (len(first["events"]), first["recorded"]) == (1, True)
    assert second["events"] == []
    assert await recorded(instance) == ["invoice.generated"]


async def test_a_look_where_nothing_is_configured_says_what_to_do(http: httpx2.AsyncClient) -> None:
    answer = await http.post(LOOK.format(1), json={})
    assert answer.status_code == 404
    assert "configure and verify Global.PortaBilling" in answer.json()["detail"]


async def test_a_look_at_a_portabilling_that_does_not_answer_is_a_problem_and_no_fault_of_ours(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    await configure(instance, stand_in)
    stand_in.switch(stand_in.switches.on.model_copy(update={"down": True}))
    answer = await http.post(LOOK.format(1), json={})
    assert answer.status_code == 502
    assert "PortaBilling" in answer.json()["detail"]
