"""What a monitoring system reads of a PortaBilling: what came of it, what waits to be read, and how its API answers."""

from __future__ import annotations

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from duebell.instance import Instance
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from unit.inlet.raw_world import a_body, brought
from unit.reader.reading_world import configure

CALLS = "duebell_portabilling_call_seconds_count"


async def samples(instance: Instance) -> dict[tuple[str, ...], float]:
    """Each sample of the environment by its name and its other labels' values."""
    families = text_string_to_metric_families((await instance.metrics.text()).decode())
    return {
        (one.name, *(value for label, value in sorted(one.labels.items()) if label != "environment")): one.value
        for family in families
        for one in family.samples
        if one.labels.get("environment") == "Global"
    }


async def test_what_came_is_counted_by_its_end_and_what_waits_by_its_age(
    instance: Instance, stand_in: PortaBillingStandIn
) -> None:
    await configure(instance, stand_in)
    for body in (a_body(1, i_customer=1), a_body(2, i_customer=1), a_body(2, i_customer=1), b"strange"):
        await instance.sources.take("Global", brought(body))
    stand_in.advance(1)
    found = await samples(instance)
    ends = ("accepted", "repeated", "quarantined", "turned_away")
    assert [found["duebell_inlet_requests_total", end] for end in ends] == [2, 1, 1, 0]
    assert (found["duebell_raw_waiting",], found["duebell_oldest_raw_waiting_seconds",]) == (2, 86_400)


async def test_calls_of_its_api_are_counted_by_their_outcome(
    instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    # given a customer who was read once: a login, the customer, his invoices
    await configure(instance, stand_in)
    await http.post("/sources/Global/customers/1/look", json={})
    found = await samples(instance)
    assert {name: value for name, value in found.items() if name[0] == CALLS} == {(CALLS, "Answered"): 3}
    # when PortaBilling answers no more
    stand_in.switch(Nuisances(down=True))
    stand_in.advance(1)
    await http.post("/sources/Global/customers/1/look", json={})
    found = await samples(instance)
    assert found[CALLS, "Unavailable"] >= 1
    assert found[CALLS, "Answered"] == 3
