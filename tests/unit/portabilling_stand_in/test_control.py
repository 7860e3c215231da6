from __future__ import annotations

from typing import Any

import httpx2
import pytest

from builders import usd
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from unit.portabilling_stand_in.caller import Caller
from unit.portabilling_stand_in.receiver import Receiver

BILLING = "/control/billing"


async def post(http: httpx2.AsyncClient, path: str, **body: Any) -> Any:
    answer = await http.post(path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


async def test_a_customers_life_is_lived_over_http(stand_in: PortaBillingStandIn, http: httpx2.AsyncClient) -> None:
    customer = f"{BILLING}/customers/second"
    await post(http, f"{BILLING}/customers", external_id="second", name="Second Customer", currency="EUR")
    await post(http, f"{customer}/fees", service="Internet", amount="30.00")
    await post(http, f"{customer}/commitments", service="Internet", discount="5", ends_on="2027-11-30", penalty="50")
    await post(http, f"{customer}/invoices")
    await post(http, f"{BILLING}/advance", days=22)
    suspended = (await http.get(customer)).json()
    await post(http, f"{customer}/payments", amount="25")
    await post(http, f"{customer}/charges", text="Visit", amount="10", invoice_now=True)
    await post(http, f"{customer}/invoices/INV-2026-000002/void")
    left = await post(http, f"{customer}/commitments/COM-1/cancel")

    assert suspended == {
        "external_id": "second",
        "i_customer": "2",
        "status": "suspended",
        "outstanding": "25.00",
        "overdue": "25.00",
        "currency": "EUR",
        "invoices": [{"number": "INV-2026-000001", "i_invoice": "1", "status": "overdue", "outstanding": "25.00"}],
        "commitments": [{"reference": "COM-1", "service": "Internet", "ends_on": "2027-11-30"}],
    }
    assert (left["status"], left["outstanding"]) == ("active", "0.00")
    assert [invoice["status"] for invoice in left["invoices"]] == ["paid", "do not pay"]
    assert (await http.get(f"{BILLING}/clock")).json()["now"] == "2026-12-15T09:30:00Z"
    assert len((await http.get(f"{BILLING}/customers")).json()) == 2


async def test_a_commitments_end_is_told_under_a_type_of_ones_own(clock: Any, receiver: Receiver) -> None:
    async with (
        PortaBillingStandIn(now=clock, commitment_type="Commitment/Ended", sending=receiver.sending()) as stand_in,
        httpx2.AsyncClient(base_url=f"{stand_in.url}{BILLING}", trust_env=False) as http,
    ):
        await post(http, "/customers", external_id="second", name="Second Customer", currency="EUR")
        await post(http, "/customers/second/fees", service="Internet", amount="30", first_charged_on="2026-12-01")
        await post(
            http, "/customers/second/commitments", service="Internet", discount="5", ends_on="2027-11-30", penalty="50"
        )
        await post(http, "/customers/second/commitments/COM-1/cancel")
        await stand_in.settled()

    (variables,) = receiver.of("Commitment/Ended")
    assert variables == {
        "i_event": "2",
        "i_env": "1",
        "event_time": "2026-11-23 09:30:00",
        "i_customer": "1",
        "i_account": "1",
        "reference": "COM-1",
        "service": "Internet",
        "started_on": "2026-11-23",
        "ends_on": "2027-11-30",
        "terminated_on": "2026-11-23",
        "penalty": "50.00",
        "reason": "left by himself",
    }


async def test_nuisances_are_switched_and_events_seen_over_http(
    stand_in: PortaBillingStandIn, http: httpx2.AsyncClient, receiver: Receiver
) -> None:
    receiver.answer = lambda post: 404 if post == 2 else 200
    await http.put("/control/nuisances", json={"version": 1, "numbers": "numbers"})
    said = await post(http, "/control/events", event_type="Customer/Blocked", variables={"i_customer": "1"})
    before = (await http.get("/control/events")).json()
    sending = await http.put("/control/sending", json={**receiver.sending().model_dump(), "password": "long secret"})
    await stand_in.settled()
    after = (await http.get("/control/events")).json()

    assert (await http.get("/control/nuisances")).json()["numbers"] == "numbers"
    assert said == {"event_type": "Customer/Blocked", "variables": {"i_event": "2", "i_customer": "1"}}
    assert [event["event_type"] for event in before["waiting"]] == ["Customer/New", "Customer/Blocked"]
    assert ([*after["taken"]], [*after["lost"]]) == (before["waiting"][:1], [said])
    assert (after["counts"]["taken"], after["counts"]["lost"], after["counts"]["posts"]) == (1, 1, 2)
    assert "long secret" not in sending.text + (await http.get("/control/sending")).text


async def test_fields_are_shown_and_sessions_ended_over_http(http: httpx2.AsyncClient, api: Caller) -> None:
    shown = {"fields": {"status": "delayed", "suspension_delay_date": "2026-12-20"}, "event_type": "Customer/Status/Changed"}

    await http.put("/control/shown/john-doe", json=shown)
    customer = (await api.ask("Customer/get_customer_info", name="john-doe"))["customer_info"]
    await http.post("/control/sessions/expire")

    assert (customer["status"], customer["suspension_delay_date"]) == ("delayed", "2026-12-20")
    assert await api.fault("Session/ping") == "Client.Session.check_auth.failed_to_process_access_token"
    waiting = (await http.get("/control/events")).json()["waiting"]
    assert waiting[-1]["event_type"] == "Customer/Status/Changed"


@pytest.mark.parametrize(
    ("request_line", "body", "status", "sentence"),
    [
        (f"POST {BILLING}/customers/nobody/payments", {"amount": "1"}, 404, "Billing has no customer 'nobody'"),
        (f"POST {BILLING}/customers/john-doe/payments", {"amount": "1,5"}, 422, "amount: '1,5' is not an amount"),
        (f"POST {BILLING}/customers/john-doe/invoices", None, 409, "john-doe has nothing to invoice"),
        (f"POST {BILLING}/advance", {}, 422, "The billing clock only goes ahead"),
        ("PUT /control/shown/john-doe", {"fields": {"color": "red"}}, 422, "The API shows no field 'color'"),
        ("PUT /control/shown/john-doe/INV-1", {"fields": {}}, 404, "john-doe has no invoice 'INV-1'"),
        ("PUT /control/sending", {"url": "http://example.com/"}, 422, "posts to this machine only"),
        ("PUT /control/nuisances", {"noise": True}, 422, "Extra inputs are not permitted"),
        ("PUT /control/nuisances", {"fault_rate": 2}, 422, "less than or equal to 1"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(
    http: httpx2.AsyncClient, request_line: str, body: Any, status: int, sentence: str
) -> None:
    answer = await http.request(*request_line.split(), json=body)

    assert answer.status_code == status
    assert sentence in answer.text


async def test_a_page_from_elsewhere_gets_in_neither_by_name_nor_by_a_plain_form(
    stand_in: PortaBillingStandIn, http: httpx2.AsyncClient
) -> None:
    rebound = await http.get("/control/events", headers={"Host": "evil.example"})
    form = await http.put("/control/nuisances", content='{"down": true}', headers={"Content-Type": "text/plain"})

    assert rebound.status_code == 400
    assert form.status_code == 422
    assert stand_in.switches.on == Nuisances()


async def test_days_are_billed_by_themselves_as_they_come(stand_in: PortaBillingStandIn, clock: Any) -> None:
    stand_in.invoice("john-doe", usd("30"))
    clock.move(days=30)
    stand_in.books.run()

    assert [event.type for event in stand_in.sender.waiting()][-1] == "Customer/Status/Suspended"
