from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from builders import usd
from duebell.billing.customer import BillingCustomer
from duebell.sandbox.portabilling.nuisances import Nuisances
from duebell.sandbox.portabilling.stand_in import ANYBODY, PortaBillingStandIn
from unit.portabilling_stand_in.caller import Caller, fault_of
from unit.sandbox.clock import StandingClock

EXPIRED = "Client.Session.check_auth.failed_to_process_access_token"
ENDED = "Server.Session.check_auth.auth_failed"


# --- sessions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proof", [{"password": ANYBODY.password}, {"token": ANYBODY.token}])
async def test_a_login_by_password_or_token_answers_with_tokens_that_hold_48_hours(
    http: httpx2.AsyncClient, proof: dict[str, str]
) -> None:
    caller = Caller(http)

    session = await caller.ask("Session/login", login=ANYBODY.login, **proof)

    claims = json.loads(base64.urlsafe_b64decode(session["access_token"].split(".")[1] + "=="))
    assert session["expires_at"] == "2026-11-25 09:30:00"
    assert claims["exp"] == 1795599000
    assert set(session) == {"session_id", "access_token", "refresh_token", "expires_at"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"login": "duebell", "password": "guess"},
        {"login": "root", "password": "stand-in"},
        {"login": "duebell"},
        {"login": "duebell", "password": "", "token": ""},
    ],
)
async def test_a_wrong_login_has_a_fault_of_its_own(http: httpx2.AsyncClient, wrong: dict[str, str]) -> None:
    assert await Caller(http).fault("Session/login", **wrong) == "Server.Session.auth_failed"


async def test_a_call_says_what_is_wrong_with_its_credentials(stand_in: PortaBillingStandIn, api: Caller) -> None:
    good = api.token
    faults = []
    for token in ("", "no-token", good[:-3] + "AAA", "a.b.c"):
        api.token = token
        faults.append(await api.fault("Customer/get_customer_list"))
    stand_in.sessions.end_all()
    api.token = good
    faults.append(await api.fault("Customer/get_customer_list"))

    not_a_token = "Client.Session.check_auth.failed_to_process_jwt"
    assert faults == ["Client.check_auth.envelope_missed", not_a_token, not_a_token, not_a_token, EXPIRED]


async def test_an_access_token_expires_and_is_refreshed(api: Caller, clock: StandingClock) -> None:
    old = api.token
    clock.move(hours=23)
    await api.ask("Session/ping")
    clock.move(hours=23)
    await api.ask("Session/ping")
    clock.move(hours=2)
    assert await api.fault("Session/ping") == EXPIRED

    renewed = await api.ask("Session/refresh_access_token", refresh_token=api.session["refresh_token"])

    assert await api.fault("Session/ping") == EXPIRED
    api.token = renewed["access_token"]
    assert api.token != old
    await api.ask("Session/ping")


async def test_a_session_that_nobody_uses_for_a_day_dies_with_its_refresh_token(api: Caller, clock: StandingClock) -> None:
    clock.time += timedelta(hours=24)

    assert await api.fault("Session/ping") == EXPIRED
    assert await api.fault("Session/refresh_access_token", refresh_token=api.session["refresh_token"]) == ENDED


async def test_logging_out_ends_the_session(api: Caller) -> None:
    await api.ask("Session/logout")

    assert await api.fault("Session/ping") == EXPIRED


async def test_advancing_billings_clock_expires_nothing(stand_in: PortaBillingStandIn, api: Caller) -> None:
    stand_in.advance(30)

    await api.ask("Session/ping")


async def test_a_token_is_good_for_so_many_calls(stand_in: PortaBillingStandIn, api: Caller) -> None:
    stand_in.switch(Nuisances(token_calls=2))

    await api.ask("Session/ping")
    await api.ask("Session/ping")
    assert await api.fault("Session/ping") == EXPIRED
    await api.login()
    await api.ask("Session/ping")


async def test_older_releases_take_their_parameters_in_a_form(stand_in: PortaBillingStandIn, api: Caller) -> None:
    stand_in.switch(Nuisances(style="form"))

    login = await api.call_in_a_form("Session/login", {}, login=ANYBODY.login, token=ANYBODY.token)
    by_session = {"session_id": login.json()["session_id"]}
    answer = await api.call_in_a_form("Customer/get_customer_info", by_session, name="john-doe")

    assert answer.json()["customer_info"]["i_customer"] == "1"
    assert fault_of(await api.call_in_a_form("Session/ping", {"session_id": "0123"})) == ENDED
    assert await api.fault("Session/ping") == "Client.check_auth.envelope_missed"


# --- customers and invoices --------------------------------------------------------------------------------------------


async def test_a_customer_is_found_by_number_name_or_reference(stand_in: PortaBillingStandIn, api: Caller) -> None:
    stand_in.add_customer(
        BillingCustomer(
            external_id="second", name="Second Customer", currency="EUR", reference="C-2", time_zone="Europe/Madrid"
        )
    )

    found = [
        (await api.ask("Customer/get_customer_info", **by))["customer_info"]
        for by in ({"i_customer": 2}, {"i_customer": "2"}, {"name": "second"}, {"refnum": "C-2"})
    ]

    assert found == [found[0]] * 4
    assert (found[0]["firstname"], found[0]["lastname"]) == ("Second", "Customer")
    assert (found[0]["i_time_zone"], found[0]["phone1"], found[0]["companyname"]) == ("3", "", "")
    assert await api.fault("Customer/get_customer_info", i_customer=99) == "Server.not_found"


async def test_the_story_shows_in_the_fields_of_customer_and_invoice(stand_in: PortaBillingStandIn, api: Caller) -> None:
    i_invoice = stand_in.invoice("john-doe", usd("30"))

    async def shown() -> tuple[Any, ...]:
        customer = (await api.ask("Customer/get_customer_info", i_customer="1"))["customer_info"]
        invoice = (await api.ask("Invoice/get_invoice_info", i_invoice=i_invoice))["invoice_info"]
        return customer["bill_status"], customer["status"], customer["balance"], invoice["status"], invoice["amount_paid"]

    seen = [await shown()]
    stand_in.pay("john-doe", usd("10"))
    seen.append(await shown())
    stand_in.advance(15)
    seen.append(await shown())
    stand_in.advance(6)
    seen.append(await shown())
    await api.ask("Customer/make_transaction", i_customer=1, action="Manual Payment", amount=25)
    seen.append(await shown())

    assert seen == [
        ("O", "active", "30.00", "unpaid", "0.00"),
        ("O", "active", "20.00", "partially paid", "10.00"),
        ("O", "active", "20.00", "overdue", "10.00"),
        ("S", "suspended", "20.00", "overdue", "10.00"),
        ("O", "active", "-5.00", "paid", "30.00"),
    ]


async def test_invoices_that_nobody_has_to_pay_say_so(stand_in: PortaBillingStandIn, api: Caller) -> None:
    stand_in.add_customer(
        BillingCustomer(external_id="patient", name="Patient Customer", currency="USD", customer_class="patient")
    )
    voided = stand_in.invoice("john-doe", usd("30"))
    stand_in.billing(lambda billing: billing.void("john-doe", stand_in.number(voided)))
    small = stand_in.invoice("patient", usd("4"))
    stand_in.advance(40)

    words = [(await api.ask("Invoice/get_invoice_info", i_invoice=one))["invoice_info"]["status"] for one in (voided, small)]

    assert words == ["do not pay", "do not collect"]


async def test_invoices_are_listed_by_customer_and_time_of_issue_in_pages(
    stand_in: PortaBillingStandIn, api: Caller
) -> None:
    stand_in.add_customer(BillingCustomer(external_id="second", name="Second Customer", currency="USD"))
    for _ in range(3):
        stand_in.invoice("john-doe", usd("30"))
        stand_in.invoice("second", usd("20"))
        stand_in.advance(1)

    async def listed(**by: object) -> tuple[list[str], str]:
        answer = await api.ask("Invoice/get_invoice_list", **by)
        return [one["i_invoice"] for one in answer["invoice_list"]], answer["total"]

    assert await listed() == (["1", "2", "3", "4", "5", "6"], "6")
    assert await listed(i_customer=2) == (["2", "4", "6"], "3")
    assert await listed(i_customer=2, limit=1, offset="1") == (["4"], "3")
    assert await listed(issued_after="2026-11-24", issued_before="2026-11-24 23:59:59") == (["3", "4"], "2")
    assert await api.fault("Invoice/get_invoice_list", issued_after="yesterday") == "Client.invalid_parameter"
    assert await api.fault("Invoice/get_invoice_list", limit=-1) == "Client.invalid_parameter"


async def test_an_invoice_is_found_by_its_number_among_the_customers_own(stand_in: PortaBillingStandIn, api: Caller) -> None:
    stand_in.add_customer(BillingCustomer(external_id="second", name="Second Customer", currency="USD"))
    number = stand_in.number(stand_in.invoice("john-doe", usd("30")))

    found = await api.ask("Invoice/get_invoice_info", i_customer=1, invoice_number=number)

    assert found["invoice_info"]["invoice_number"] == number
    assert await api.fault("Invoice/get_invoice_info", i_customer=2, invoice_number=number) == "Server.not_found"


async def test_numbers_come_as_strings_or_as_numbers(stand_in: PortaBillingStandIn, api: Caller) -> None:
    stand_in.invoice("john-doe", usd("30.50"))
    stand_in.switch(Nuisances(numbers="numbers"))

    (invoice,) = (await api.ask("Invoice/get_invoice_list"))["invoice_list"]

    assert (invoice["i_invoice"], invoice["amount_due"], invoice["amount_paid"]) == (1, 30.5, 0)
    assert invoice["invoice_number"] == "INV-2026-000001"


async def test_days_may_come_as_the_moment_at_which_they_begin_for_the_customer(
    stand_in: PortaBillingStandIn, api: Caller
) -> None:
    stand_in.invoice("john-doe", usd("30"))
    as_days = (await api.ask("Invoice/get_invoice_info", i_invoice=1))["invoice_info"]
    stand_in.switch(Nuisances(days_as_moments=True))
    as_moments = (await api.ask("Invoice/get_invoice_info", i_invoice=1))["invoice_info"]

    assert (as_days["issue_date"], as_days["due_date"]) == ("2026-11-23", "2026-12-07")
    assert (as_moments["issue_date"], as_moments["due_date"]) == ("2026-11-23 05:00:00", "2026-12-07 05:00:00")


async def test_the_amount_due_may_have_earlier_debt_in_it(stand_in: PortaBillingStandIn, api: Caller) -> None:
    stand_in.invoice("john-doe", usd("40"))
    stand_in.pay("john-doe", usd("30"))
    stand_in.invoice("john-doe", usd("20"))
    stand_in.switch(Nuisances(earlier_debt=True))

    invoice = (await api.ask("Invoice/get_invoice_info", i_invoice=2))["invoice_info"]

    assert (invoice["amount_net"], invoice["amount_due"]) == ("20.00", "30.00")


async def test_the_api_shows_what_embedded_billing_knows_nothing_of(stand_in: PortaBillingStandIn, api: Caller) -> None:
    i_invoice = stand_in.invoice("john-doe", usd("30"))

    stand_in.show("john-doe", blocked="Y", status="blocked")
    stand_in.show("john-doe", i_invoice, status="under review")
    customer = (await api.ask("Customer/get_customer_info", i_customer=1))["customer_info"]
    invoice = (await api.ask("Invoice/get_invoice_info", i_invoice=i_invoice))["invoice_info"]
    stand_in.show("john-doe", status=None)
    again = (await api.ask("Customer/get_customer_info", i_customer=1))["customer_info"]

    assert (customer["blocked"], customer["status"], invoice["status"]) == ("Y", "blocked", "under review")
    assert (again["blocked"], again["status"]) == ("Y", "active")
    told = [event.type for event in stand_in.sender.waiting()][-3:]
    assert told == ["Customer/Updated", "Invoice/Status/Changed", "Customer/Updated"]


# --- what goes wrong ---------------------------------------------------------------------------------------------------


async def test_what_is_no_call_is_a_fault_too(api: Caller) -> None:
    bearer = {"Authorization": f"Bearer {api.token}"}
    answers = [
        await api.call("Account/get_account_info"),
        await api.call("Customer/get_customer_info", i_customer=[1]),
        await api.http.post("/rest/Session/ping", content=b"{", headers=bearer),
        await api.http.post("/rest/Session/ping", content=b"[" * 100_000, headers=bearer),
        await api.http.post("/rest/Session/ping", json=[], headers=bearer),
        await api.http.post("/rest/Session/ping", json={"params": "x"}, headers=bearer),
    ]

    assert [fault_of(answer) for answer in answers] == ["Client.method_not_found"] + ["Client.invalid_parameter"] * 5


async def test_a_method_may_be_denied(stand_in: PortaBillingStandIn, api: Caller) -> None:
    stand_in.switch(Nuisances(denied=frozenset({"Invoice/get_invoice_list"})))

    assert await api.fault("Invoice/get_invoice_list") == "Server.Session.check_access.denied"
    await api.ask("Customer/get_customer_list")


async def test_the_api_fails_is_down_or_trickles_as_it_is_switched(stand_in: PortaBillingStandIn, api: Caller) -> None:
    stand_in.switch(Nuisances(fault_rate=1))
    assert await api.fault("Session/ping") == "Server.Internal"

    stand_in.switch(Nuisances(down=True))
    down = await api.call("Session/ping")
    assert (down.status_code, down.headers["Content-Type"]) == (503, "text/html; charset=utf-8")

    stand_in.switch(Nuisances(slow=500))
    began = asyncio.get_running_loop().time()
    await api.ask("Session/ping")
    assert asyncio.get_running_loop().time() - began >= 0.1


async def test_a_call_that_is_never_answered_is_done_all_the_same(stand_in: PortaBillingStandIn, api: Caller) -> None:
    stand_in.invoice("john-doe", usd("30"))
    stand_in.switch(Nuisances(silence_rate=1))

    with pytest.raises(httpx2.ReadTimeout):
        await api.http.post(
            "/rest/Customer/make_transaction",
            json={"params": {"i_customer": 1, "action": "Manual Payment", "amount": "30"}},
            headers={"Authorization": f"Bearer {api.token}"},
            timeout=0.2,
        )

    assert not stand_in.books.account("john-doe").total_outstanding


async def test_a_nuisance_for_a_while_ends_by_itself(stand_in: PortaBillingStandIn, api: Caller) -> None:
    stand_in.switch(Nuisances(thin=True))
    stand_in.switch(Nuisances(down=True), seconds=60)
    stand_in.switch(Nuisances(down=True), seconds=0.05)

    assert (await api.call("Session/ping")).status_code == 503
    while stand_in.switches.on.down:
        await asyncio.sleep(0.01)

    await api.ask("Session/ping")
    assert stand_in.switches.on == Nuisances(thin=True)


async def test_every_answer_says_that_it_is_a_stand_ins(http: httpx2.AsyncClient) -> None:
    page = await http.get("/")
    fault = await http.post("/rest/Session/ping")

    assert "It is no PortaBilling" in page.text
    for answer in (page, fault):
        assert answer.headers["X-Stand-In"] == "PortaBilling, from its public documentation"
    assert len(fault.headers["X-trace-id"]) == 16
