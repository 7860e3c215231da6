from __future__ import annotations

import httpx2
import pytest

from duebell.sandbox.phone import Counts
from duebell.sandbox.serving import Sandbox
from unit.sandbox.clock import StandingClock
from unit.sandbox.odoo_sender import JOHN_DOE, OdooSender, to


async def test_messages_are_listed_for_a_number_and_since_a_time(
    odoo: OdooSender, web: httpx2.AsyncClient, clock: StandingClock
) -> None:
    await odoo.send(to(JOHN_DOE, "early"), to("+12025550178", "for somebody else"))
    clock.move(minutes=1)
    await odoo.send(to(JOHN_DOE, "late"))

    of_john = await web.get("/messages", params={"number": JOHN_DOE})
    late = await web.get("/messages", params={"since": clock.time.isoformat()})
    plus_forgotten = await web.get(f"/messages?number={JOHN_DOE}")

    assert [message["content"] for message in of_john.json()] == ["early", "late"]
    assert [message["content"] for message in late.json()] == ["late"]
    # what became of them may have moved on between the two questions
    assert [message["uuid"] for message in plus_forgotten.json()] == [message["uuid"] for message in of_john.json()]
    assert of_john.json()[0]["received_at"] == "2026-11-23T09:30:00Z"


async def test_the_last_ones_of_many_are_listed_in_their_order(odoo: OdooSender, web: httpx2.AsyncClient) -> None:
    await odoo.send(*(to(JOHN_DOE, f"text {number}") for number in range(5)))

    last = await web.get("/messages", params={"last": 2})

    assert [message["content"] for message in last.json()] == ["text 3", "text 4"]
    assert (await web.get("/messages", params={"last": 0})).status_code == 422


async def test_names_of_phones_are_listed(web: httpx2.AsyncClient) -> None:
    await web.post("/labels", json={"number": JOHN_DOE, "label": "John Doe"})

    assert (await web.get("/labels")).json() == {JOHN_DOE: "John Doe"}


async def test_counts_are_told(odoo: OdooSender, web: httpx2.AsyncClient) -> None:
    await odoo.send(to(JOHN_DOE))

    counts = await web.get("/counts")

    assert counts.json() == {"posts": 1, "messages": 1, "uuids": 1, "repeated": 0, "texts": 1, "doubled": 0}


async def test_clearing_forgets_messages_and_counts_but_not_labels_and_switches(
    sandbox: Sandbox, odoo: OdooSender, web: httpx2.AsyncClient
) -> None:
    await web.post("/labels", json={"number": JOHN_DOE, "label": "John Doe"})
    await web.post("/behaviour", json={"number": JOHN_DOE, "outcome": "sent_twice"})
    await odoo.send(to(JOHN_DOE))

    cleared = await web.delete("/messages")

    assert cleared.status_code == 204
    assert sandbox.phone.counts() == Counts()
    assert (await web.get("/messages")).json() == []
    assert sandbox.phone.labels == {JOHN_DOE: "John Doe"}
    assert sandbox.phone.behaviour(JOHN_DOE).outcome == "sent_twice"


async def test_a_time_without_zone_is_refused(web: httpx2.AsyncClient) -> None:
    answer = await web.get("/messages", params={"since": "2026-11-23T09:30:00"})

    assert answer.status_code == 422


async def test_a_page_from_elsewhere_gets_in_neither_by_name_nor_by_a_plain_form(
    sandbox: Sandbox, web: httpx2.AsyncClient
) -> None:
    rebound = await web.get("/messages", headers={"Host": "evil.example"})
    form = await web.post("/behaviour", content='{"outcome": "unavailable"}', headers={"Content-Type": "text/plain"})

    assert rebound.status_code == 400
    assert form.status_code == 422
    assert sandbox.phone.behaviour(JOHN_DOE).outcome == "deliver"


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_no_page_that_loads_from_elsewhere_is_served(web: httpx2.AsyncClient, path: str) -> None:
    assert (await web.get(path)).status_code == 404
