"""Our session at PortaBilling: how it begins, lasts and ends, for one caller and for many."""

from __future__ import annotations

import asyncio

import pytest

from duebell.espf.handler import ConfigurationRefused
from duebell.portabilling.api import PortaBillingError, end_of
from duebell.portabilling.api.faults import LoginRefused, OtherShape, SessionRefused
from duebell.portabilling.api.session import LEAST
from unit.portabilling_api.api_server import EXPIRED, LOGIN, LOGIN_WRONG, PASSWORD, TOKEN, ApiServer, Call, Reply, fault
from unit.portabilling_api.conftest import Made, Seconds
from unit.sandbox.clock import StandingClock
from waiting import until

AN_HOUR_LATER = "2026-11-23 11:00:00"


async def test_a_call_logs_in_by_password_and_bears_the_token(server: ApiServer, client: Made) -> None:
    await client().call("Customer", "get_customer_info", {"i_customer": 7})

    login, call = server.came
    assert (login.name, login.params) == ("Session/login", {"login": LOGIN, "password": PASSWORD})
    assert (call.name, call.params) == ("Customer/get_customer_info", {"i_customer": 7})
    assert (call.key, call.content_type) == ("token-1", "application/json")


async def test_a_call_logs_in_by_token_where_one_is_configured(server: ApiServer, client: Made) -> None:
    await client(API_Token=TOKEN).call("Customer", "get_customer_info")

    assert server.came[0].params == {"login": LOGIN, "token": TOKEN}


async def test_older_releases_get_form_fields_and_the_sessions_id(server: ApiServer, client: Made) -> None:
    await client(Request_Style="form").call("Customer", "get_customer_info", {"i_customer": 7})

    login, call = server.came
    assert login.content_type == call.content_type == "application/x-www-form-urlencoded"
    assert login.params == {"login": LOGIN, "password": PASSWORD}
    assert (call.key, call.params) == ("session-1", {"i_customer": 7})


async def test_many_callers_at_once_log_in_once(server: ApiServer, client: Made) -> None:
    calling = client()

    await asyncio.gather(*(calling.call("Customer", "get_customer_info", {"i_customer": one}) for one in range(60)))

    assert server.counted == {"Session/login": 1, "Customer/get_customer_info": 60}


async def test_a_session_that_ends_under_a_burst_is_replaced_once_and_every_caller_is_answered(
    server: ApiServer, client: Made
) -> None:
    calling = client()
    await calling.call("Customer", "get_customer_info", {"i_customer": 0})
    server.end_sessions()

    await asyncio.gather(*(calling.call("Customer", "get_customer_info", {"i_customer": one}) for one in range(1, 61)))

    assert server.counted["Session/login"] == 2
    answered = [call for call in server.came if call.key == "token-2"]
    assert sorted(call.params["i_customer"] for call in answered) == list(range(1, 61))


async def test_tokens_that_end_after_a_few_calls_hold_up_nobody(server: ApiServer, client: Made) -> None:
    used: dict[str, int] = {}

    def three_times(call: Call) -> Reply:
        used[call.key] = used.get(call.key, 0) + 1
        return Reply({"success": 1}) if used[call.key] <= 3 else fault(EXPIRED)

    server.answer = three_times
    calling = client()

    answers = await asyncio.gather(*(calling.call("Invoice", "get_invoice_info", {"i_invoice": n}) for n in range(20)))

    assert answers == [{"success": 1}] * 20


async def test_a_token_is_replaced_before_it_expires_by_portabillings_own_clock(
    server: ApiServer, client: Made, clock: Seconds
) -> None:
    server.expires_at = AN_HOUR_LATER  # an hour after the server's Date, which is years from ours
    calling = client()
    await calling.call("Customer", "get_customer_info")

    clock.passed += 0.89 * 3600
    await calling.call("Customer", "get_customer_info")
    clock.passed += 0.02 * 3600
    await asyncio.gather(*(calling.call("Customer", "get_customer_info", {"i_customer": one}) for one in range(9)))

    assert server.counted["Session/login"] == 1
    assert server.counted["Session/refresh_access_token"] == 1
    assert {call.key for call in server.came[-9:]} == {"token-2"}


async def test_what_cannot_be_refreshed_is_logged_in_anew(server: ApiServer, client: Made, clock: Seconds) -> None:
    def refuses_to_refresh(call: Call) -> Reply:
        return server.new_token() if call.name == "Session/login" else fault(EXPIRED)

    server.expires_at, server.login = AN_HOUR_LATER, refuses_to_refresh
    calling = client()
    await calling.call("Customer", "get_customer_info")
    clock.passed += 3600
    await calling.call("Customer", "get_customer_info")

    assert [call.name.partition("/")[2] for call in server.came] == [
        *("login", "get_customer_info"),
        *("refresh_access_token", "login", "get_customer_info"),
    ]


async def test_a_token_that_seems_to_have_expired_at_once_is_used_all_the_same(
    server: ApiServer, client: Made, clock: Seconds
) -> None:
    server.expires_at = "2026-11-23 09:59:59"
    calling = client()
    for _ in range(3):
        await calling.call("Customer", "get_customer_info", fresh=True)
        clock.passed += LEAST / 4

    assert server.counted["Session/login"] == 1


async def test_a_wrong_password_is_asked_once_and_refuses_the_configuration(
    server: ApiServer, client: Made, utc: StandingClock
) -> None:
    server.login = lambda _call: fault(LOGIN_WRONG, f"{PASSWORD} is wrong")
    calling = client()

    ends = await asyncio.gather(
        *(calling.call("Customer", "get_customer_info", {"i_customer": one}) for one in range(9)), return_exceptions=True
    )

    assert {type(end) for end in ends} == {LoginRefused}
    assert server.counted == {"Session/login": 1}
    error = ends[0]
    assert isinstance(error, PortaBillingError)
    assert isinstance(end_of(error, utc()), ConfigurationRefused)
    assert PASSWORD not in f"{error}{error.evidence!r}{error.evidence.message}"


async def test_a_session_that_is_never_accepted_is_given_up_after_the_second(server: ApiServer, client: Made) -> None:
    server.answer = lambda _call: fault("Client.check_auth.envelope_missed")

    with pytest.raises(SessionRefused, match="Try the other Request_Style"):
        await client().call("Customer", "get_customer_info")

    assert server.counted == {"Session/login": 2, "Customer/get_customer_info": 2}


async def test_a_fault_that_is_no_matter_of_sessions_does_not_log_in_again(server: ApiServer, client: Made) -> None:
    server.answer = lambda _call: fault("Server.Customer.not_there")

    with pytest.raises(PortaBillingError):
        await client().call("Customer", "get_customer_info")

    assert server.counted == {"Session/login": 1, "Customer/get_customer_info": 1}


@pytest.mark.parametrize("answer", [{}, {"access_token": 7}, {"access_token": "x", "expires_at": "soon"}])
async def test_a_login_that_is_answered_strangely_says_what_is_missing(
    server: ApiServer, client: Made, answer: dict[str, object]
) -> None:
    server.login = lambda _call: Reply(answer)

    with pytest.raises(OtherShape, match=r"the login's answer has no (access_token|expires_at) that can be read"):
        await client().call("Customer", "get_customer_info")


async def test_a_caller_who_gives_up_while_all_log_in_takes_nobody_with_him(server: ApiServer, client: Made) -> None:
    server.held = asyncio.Event()
    calling = client()
    first, second = (
        asyncio.create_task(calling.call("Customer", "get_customer_info", {"i_customer": one})) for one in (1, 2)
    )
    await until(lambda: server.came)
    first.cancel()
    server.held.set()

    assert await second == {"success": 1}
    assert first.cancelled()
