from __future__ import annotations

import asyncio

import httpx2
import pytest
from fastapi import Response
from fastapi.responses import HTMLResponse, JSONResponse

from duebell.sandbox.behaviour import Behaviour
from duebell.sandbox.delivery_reports import REPORTS_IN_A_CALL, Pace
from duebell.sandbox.phone import Message
from duebell.sandbox.serving import Sandbox
from unit.sandbox.clock import StandingClock
from unit.sandbox.odoo_sender import JOHN_DOE, OdooSender, new_uuid, to
from waiting import until


def the_only_message(sandbox: Sandbox) -> Message:
    [message] = sandbox.phone.messages()
    return message


async def test_odoo_is_told_that_a_text_was_delivered(sandbox: Sandbox, odoo: OdooSender) -> None:
    async with odoo.running():
        uuid = new_uuid()

        await odoo.send(to(JOHN_DOE, uuid=uuid))
        await until(lambda: bool(odoo.reports))

    assert odoo.calls == [{"message_statuses": [{"sms_status": "delivered", "uuids": [uuid]}]}]
    assert the_only_message(sandbox).told == ["delivered"]


async def test_reports_travel_many_in_one_call_and_grouped_by_status(sandbox: Sandbox, odoo: OdooSender) -> None:
    sandbox.phone.switch(Behaviour(outcome="not_delivered", report_after=0), JOHN_DOE)
    reached = [new_uuid() for _ in range(300)]
    unreached = [new_uuid() for _ in range(300)]
    alternating = [
        message
        for here, there in zip(reached, unreached, strict=True)
        for message in (to("+12025550178", uuid=here), to(JOHN_DOE, uuid=there))
    ]
    async with odoo.running():
        await odoo.send(*alternating)
        await until(lambda: len(odoo.reports) == 600)

    assert odoo.calls == [
        {
            "message_statuses": [
                {"sms_status": "delivered", "uuids": reached},
                {"sms_status": "not_delivered", "uuids": unreached},
            ]
        }
    ]


async def test_more_reports_than_one_call_may_hold_are_told_in_several(sandbox: Sandbox, odoo: OdooSender) -> None:
    uuids = [new_uuid() for _ in range(REPORTS_IN_A_CALL + 1)]
    async with odoo.running():
        await odoo.send(*(to(JOHN_DOE, uuid=uuid) for uuid in uuids))
        await until(lambda: len(odoo.reports) == len(uuids))

    assert [uuid for _, uuid in odoo.reports] == uuids
    assert len(odoo.calls) == 2


@pytest.mark.parametrize("reports", [("delivered", "sent"), ("delivered", "delivered"), ("delivered", "not_delivered")])
async def test_reports_out_of_order_or_repeated_are_told_as_switched_one_call_after_the_other(
    sandbox: Sandbox, odoo: OdooSender, reports: tuple[str, ...]
) -> None:
    sandbox.phone.switch(Behaviour(reports=reports, report_after=0))
    async with odoo.running():
        await odoo.send(to(JOHN_DOE))
        await until(lambda: len(odoo.reports) == 2)

    assert tuple(status for status, _ in odoo.reports) == reports
    assert len(odoo.calls) == 2
    assert the_only_message(sandbox).told == list(reports)


async def test_a_report_waits_as_long_as_it_is_switched_to(sandbox: Sandbox, odoo: OdooSender) -> None:
    sandbox.phone.switch(Behaviour(report_after=3600), JOHN_DOE)
    late, soon = new_uuid(), new_uuid()
    async with odoo.running():
        await odoo.send(to(JOHN_DOE, uuid=late))
        await odoo.send(to("+12025550178", uuid=soon))
        await until(lambda: bool(odoo.reports))

    assert odoo.reports == [("delivered", soon)]


async def test_reports_wait_while_odoo_is_down_and_arrive_in_order_when_it_is_back(
    sandbox: Sandbox, odoo: OdooSender
) -> None:
    first, second = new_uuid(), new_uuid()
    await odoo.send(to(JOHN_DOE, uuid=first))
    await until(lambda: the_only_message(sandbox).not_told_because is not None)
    await odoo.send(to(JOHN_DOE, uuid=second))

    async with odoo.running():
        await until(lambda: len(odoo.reports) == 2)

    assert odoo.reports == [("delivered", first), ("delivered", second)]
    assert [message.not_told_because for message in sandbox.phone.messages()] == [None, None]


@pytest.mark.parametrize(
    ("refusal", "because"),
    [
        (Response(status_code=503), "the sender answered 503"),
        (HTMLResponse("<h1>No database</h1>", status_code=404), "the sender answered 404"),
        (HTMLResponse("<h1>Welcome</h1>"), "the sender answered something else than JSON"),
        (JSONResponse({"jsonrpc": "2.0", "error": {"message": "private data"}}), "the sender answered with an error"),
    ],
)
async def test_a_report_that_odoo_refuses_is_told_again_and_says_why(
    sandbox: Sandbox, odoo: OdooSender, refusal: Response, because: str
) -> None:
    odoo.refusing = refusal
    async with odoo.running():
        await odoo.send(to(JOHN_DOE))
        await until(lambda: len(odoo.calls) >= 2)
        assert the_only_message(sandbox).not_told_because == because

        odoo.refusing = None
        await until(lambda: len(odoo.reports) == 1)

    assert the_only_message(sandbox).told == ["delivered"]


async def test_a_report_is_given_up_when_patience_ends_and_its_reason_stays(clock: StandingClock) -> None:
    given_up, told = new_uuid(), new_uuid()
    impatient = Sandbox(now=clock, behaviour=Behaviour(report_after=0), pace=Pace(first=0.01, patience=0))
    async with impatient as sandbox, httpx2.AsyncClient(trust_env=False) as http:
        odoo = OdooSender(sandbox.phone_url, http)
        async with odoo.running():
            odoo.refusing = Response(status_code=503)
            await odoo.send(to(JOHN_DOE, uuid=given_up))
            await until(lambda: the_only_message(sandbox).not_told_because is not None)

            odoo.refusing = None
            await odoo.send(to(JOHN_DOE, uuid=told))
            await until(lambda: bool(odoo.reports))

    assert odoo.reports == [("delivered", told)]
    assert sandbox.phone.messages()[0].not_told_because == "the sender answered 503"


@pytest.mark.parametrize(
    "webhook_url",
    ["http://192.0.2.7/sms/status", "http://odoo.example/sms/status", "file:///etc/hosts", "http://127.0.0.1:x/", "no"],
)
async def test_nobody_beyond_this_machine_is_ever_called(sandbox: Sandbox, odoo: OdooSender, webhook_url: str) -> None:
    [result] = await odoo.send(to(JOHN_DOE), webhook_url=webhook_url)

    assert result["state"] == "success"
    assert "not on loopback" in str(the_only_message(sandbox).not_told_because)


async def test_a_sender_that_wants_no_reports_gets_none(sandbox: Sandbox, odoo: OdooSender) -> None:
    wanted = new_uuid()
    async with odoo.running():
        await odoo.send(to(JOHN_DOE), webhook_url=False)
        await odoo.send(to(JOHN_DOE, uuid=wanted))
        await until(lambda: bool(odoo.reports))

    assert odoo.reports == [("delivered", wanted)]


async def test_closing_ends_at_once_though_reports_are_owed(clock: StandingClock) -> None:
    async with Sandbox(now=clock) as sandbox, httpx2.AsyncClient(trust_env=False) as http:
        await OdooSender(sandbox.phone_url, http).send(to(JOHN_DOE))

    assert the_only_message(sandbox).told == []
    assert asyncio.all_tasks() == {asyncio.current_task()}
