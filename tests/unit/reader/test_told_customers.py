"""Which customers were told what: the list for whoever stops telling."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from builders import usd
from duebell.espf.receipts import Receipt
from duebell.instance import Instance
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.storage.receipts import keep
from unit.reader.reading_world import configure


@pytest.fixture
async def invoices(instance: Instance, stand_in: PortaBillingStandIn, http: httpx2.AsyncClient) -> list[str]:
    """John was told of the first by SMS and e-mail, of the second not yet, and the third's SMS may have left; their numbers."""
    await configure(instance, stand_in)
    ids, numbers = [], []
    for _ in range(3):
        numbers.append(stand_in.number(stand_in.invoice("john-doe", usd("30"))))
        answer = await http.post("/sources/Global/customers/1/look", json={})
        ids += [event["id"] for event in answer.json()["events"]]
    states = [(0, "sms", "delivered"), (0, "email", "sent"), (1, "sms", "waiting"), (2, "sms", "unknown")]
    receipts = [
        Receipt(id=number, event_id=ids[which], replay=0, channel=channel, state=state, because=None, at=stand_in.now())
        for number, (which, channel, state) in enumerate(states)
    ]
    await instance.write(lambda connection: keep(connection, 1, receipts))
    return numbers


async def told(http: httpx2.AsyncClient, **how: Any) -> dict[str, Any]:
    answer = await http.get("/sources/Global/told", params={"since": "1h", **how})
    page: dict[str, Any] = answer.json()
    return {**page, "told": [(one["customer"], one["subject"], one["channel"], one["state"]) for one in page["told"]]}


async def test_who_was_told_what_is_listed_and_who_was_not_is_not(invoices: list[str], http: httpx2.AsyncClient) -> None:
    first, _, third = invoices
    page = await told(http)
    expected = [("1", first, "email", "sent"), ("1", first, "sms", "delivered"), ("1", third, "sms", "unknown")]
    assert (page["told"], page["after"]) == (expected, None)


async def test_the_list_goes_on_where_a_page_ended(invoices: list[str], http: httpx2.AsyncClient) -> None:
    page = await told(http, limit=1)
    assert len(page["told"]) == 2
    page = await told(http, limit=1, after=page["after"])
    assert [subject for _, subject, *_ in page["told"]] == [invoices[2]]
    assert (await told(http, limit=1, after=page["after"]))["told"] == []


async def test_what_was_recorded_before_is_left_out(
    invoices: list[str], instance: Instance, http: httpx2.AsyncClient
) -> None:
    assert (await told(http, since=(instance.now() + timedelta(seconds=1)).isoformat()))["told"] == []
