from __future__ import annotations

import httpx2
import pytest

from duebell.sandbox.behaviour import Behaviour
from duebell.sandbox.phone import Counts
from duebell.sandbox.serving import Sandbox
from unit.sandbox.odoo_sender import JOHN_DOE, OdooSender, new_uuid, to
from waiting import until

SOMEBODY_ELSE = "+12025550178"


@pytest.mark.parametrize("refusal", ["wrong_number_format", "insufficient_credit", "server_error"])
async def test_a_number_switched_to_a_refusal_is_refused_and_the_others_are_not(
    sandbox: Sandbox, odoo: OdooSender, web: httpx2.AsyncClient, refusal: str
) -> None:
    switched = await web.post("/behaviour", json={"number": JOHN_DOE, "outcome": refusal})
    assert switched.status_code == 204

    result = await odoo.send(to(JOHN_DOE), to(SOMEBODY_ELSE))

    assert [(each["state"], each["credit"]) for each in result] == [(refusal, 0), ("success", 1)]
    assert sandbox.phone.texts(JOHN_DOE) == []
    assert [message.state for message in sandbox.phone.messages(JOHN_DOE)] == [refusal]
    assert len(sandbox.phone.texts(SOMEBODY_ELSE)) == 1


async def test_a_switch_without_a_number_is_for_all_that_have_none_of_their_own(
    sandbox: Sandbox, odoo: OdooSender, web: httpx2.AsyncClient
) -> None:
    await web.post("/behaviour", json={"outcome": "insufficient_credit"})
    await web.post("/behaviour", json={"number": JOHN_DOE, "outcome": "deliver"})

    result = await odoo.send(to(JOHN_DOE), to(SOMEBODY_ELSE))

    assert [each["state"] for each in result] == ["success", "insufficient_credit"]


async def test_a_text_that_cannot_be_delivered_is_accepted_and_reported_so_later(sandbox: Sandbox, odoo: OdooSender) -> None:
    sandbox.phone.switch(Behaviour(outcome="not_delivered", report_after=0), JOHN_DOE)
    async with odoo.running():
        uuid = new_uuid()

        [result] = await odoo.send(to(JOHN_DOE, uuid=uuid))

        assert result["state"] == "success"
        await until(lambda: odoo.reports == [("not_delivered", uuid)])
    assert sandbox.phone.texts(JOHN_DOE) == []


async def test_a_text_sent_twice_shows_twice_on_the_phone(sandbox: Sandbox, odoo: OdooSender) -> None:
    sandbox.phone.switch(Behaviour(outcome="sent_twice", report_after=0), JOHN_DOE)

    await odoo.send(to(JOHN_DOE))

    assert len(sandbox.phone.texts(JOHN_DOE)) == 2
    assert sandbox.phone.counts() == Counts(posts=1, messages=1, uuids=1, texts=2, doubled=1)


async def test_a_post_that_times_out_may_have_sent(sandbox: Sandbox, odoo: OdooSender, web: httpx2.AsyncClient) -> None:
    sandbox.phone.switch(Behaviour(outcome="time_out", silence=60), JOHN_DOE)
    web.timeout = httpx2.Timeout(0.3)

    with pytest.raises(httpx2.ReadTimeout):
        await odoo.post(to(JOHN_DOE))

    assert len(sandbox.phone.texts(JOHN_DOE)) == 1


async def test_a_network_that_is_down_takes_nothing_of_the_post(sandbox: Sandbox, odoo: OdooSender) -> None:
    sandbox.phone.switch(Behaviour(outcome="unavailable"), JOHN_DOE)

    answer = await odoo.post(to(SOMEBODY_ELSE), to(JOHN_DOE))

    assert answer.status_code == 503
    assert sandbox.phone.counts() == Counts(posts=1)


@pytest.mark.parametrize(
    "switch",
    [
        {"number": "0155"},
        {"outcome": "explode"},
        {"report_after": -1},
        {"silence": 1e9},
        {"reports": ["not delivered"]},
    ],
)
async def test_a_switch_that_makes_no_sense_is_refused(
    sandbox: Sandbox, web: httpx2.AsyncClient, switch: dict[str, object]
) -> None:
    before = sandbox.phone.behaviour(JOHN_DOE)

    answer = await web.post("/behaviour", json=switch)

    assert answer.status_code == 422
    assert sandbox.phone.behaviour(JOHN_DOE) == before
