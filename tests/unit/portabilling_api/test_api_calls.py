"""Calls of PortaBilling's API: what comes back, what is asked only once, and how many are out at a time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from duebell.espf.handler import BatchRefused, ConfigurationRefused, ProvisioningError, TargetDown
from duebell.outbound.errors import AddressForbidden, NoAnswer, NoConnection
from duebell.portabilling.api import PortaBillingError, end_of
from duebell.portabilling.api.cache import MOST, Cache
from duebell.portabilling.api.client import LONGEST_ANSWER
from duebell.portabilling.api.faults import (
    AnswerTooLarge,
    CallFailed,
    GateRefused,
    NotAnswered,
    NotPortaBilling,
    Unavailable,
)
from duebell.portabilling.api.gate import Gate
from unit.portabilling_api.api_server import ApiServer, Call, Reply, fault
from unit.portabilling_api.conftest import Made, Seconds
from unit.sandbox.clock import StandingClock
from waiting import until

PAGE = b"<html><body>Bad Gateway</body></html>"


async def test_what_is_empty_is_left_out_and_nothing_else_is_changed(server: ApiServer, client: Made) -> None:
    server.answer = lambda _call: Reply(
        b'{"customer_info": {"i_customer": "7", "email": "", "cont1": null, "balance": 30.10, "blocked": "N", "limit": 0,'
        b' "tags": ["", {"x": ""}]}}'
    )

    answer = await client().call("Customer", "get_customer_info", {"i_customer": 7})

    assert answer == {
        "customer_info": {
            "i_customer": "7",
            "balance": Decimal("30.10"),
            "blocked": "N",
            "limit": 0,
            "tags": ["", {}],
        }
    }
    assert str(answer["customer_info"]["balance"]) == "30.10"


async def test_an_equal_read_within_seconds_is_answered_from_memory(server: ApiServer, client: Made, clock: Seconds) -> None:
    calling = client()
    server.answer = lambda _call: Reply({"n": len(server.came)})

    first = await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1})
    clock.passed += 4.9
    again = await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1})
    other = await calling.call("Invoice", "get_invoice_info", {"i_invoice": 2})
    clock.passed += 0.2
    later = await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1})

    assert again == first
    assert len({first["n"], other["n"], later["n"]}) == 3


async def test_a_fresh_read_is_asked_anew_and_remembered(server: ApiServer, client: Made) -> None:
    calling = client()
    server.answer = lambda _call: Reply({"n": len(server.came)})

    old = await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1})
    fresh = await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1}, fresh=True)

    assert fresh != old
    assert await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1}) == fresh


async def test_a_fresh_read_that_fails_leaves_nothing_old_behind(server: ApiServer, client: Made) -> None:
    calling = client()
    await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1})
    server.answer = lambda _call: fault("Server.now_and_then")
    with pytest.raises(CallFailed):
        await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1}, fresh=True)
    with pytest.raises(CallFailed):
        await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1})


async def test_an_answer_that_took_long_is_given_and_asked_for_again(
    server: ApiServer, client: Made, clock: Seconds
) -> None:
    def slowly(_call: Call) -> Reply:
        clock.passed += 6
        return Reply({"n": len(server.came)})

    server.answer = slowly
    calling = client()

    first = await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1})
    second = await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1})

    assert first != second


def test_only_so_many_answers_are_remembered_the_latest_ones(clock: Seconds) -> None:
    cache = Cache(clock)
    for number in range(MOST + 1):
        cache.keep(number, {"n": number}, clock())

    assert cache.find(0) is None
    assert cache.find(1) == {"n": 1}
    assert cache.find(MOST) == {"n": MOST}


def test_an_answer_to_an_older_question_replaces_none_to_a_later_one(clock: Seconds) -> None:
    cache = Cache(clock)
    cache.keep("asked", {"n": "later"}, clock())
    cache.keep("asked", {"n": "older"}, clock() - 1)

    assert cache.find("asked") == {"n": "later"}


async def test_equal_reads_at_the_same_time_are_one_call_but_fresh_ones_each_begin_after_they_were_asked_for(
    server: ApiServer, client: Made
) -> None:
    calling = client()
    await asyncio.gather(*(calling.call("Invoice", "get_invoice_info", {"i_invoice": 1}) for _ in range(9)))
    assert server.counted["Invoice/get_invoice_info"] == 1

    await asyncio.gather(*(calling.call("Invoice", "get_invoice_info", {"i_invoice": 1}, fresh=True) for _ in range(3)))
    assert server.counted["Invoice/get_invoice_info"] == 4


async def test_what_changes_something_is_never_answered_from_memory(server: ApiServer, client: Made) -> None:
    calling = client()
    for _ in range(2):
        await calling.call("Customer", "make_transaction", {"i_customer": 7, "amount": "30.00"})

    assert server.counted["Customer/make_transaction"] == 2


async def test_a_failed_read_is_not_remembered(server: ApiServer, client: Made) -> None:
    calling = client()
    server.answer = lambda _call: fault("Server.now_and_then")
    with pytest.raises(CallFailed):
        await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1})
    server.answer = lambda _call: Reply({"invoice_info": {}})

    assert await calling.call("Invoice", "get_invoice_info", {"i_invoice": 1}) == {"invoice_info": {}}


async def test_no_more_calls_are_out_than_allowed(server: ApiServer, client: Made) -> None:
    calling = client(Max_Calls_In_Flight="4")
    await calling.call("Session", "ping")
    server.held = asyncio.Event()
    calls = [asyncio.create_task(calling.call("Customer", "get_customer_info", {"i_customer": one})) for one in range(12)]
    while server.under_way < 4:
        await asyncio.sleep(0.001)
    server.held.set()

    await asyncio.gather(*calls)

    assert server.most_under_way == 4
    assert server.counted["Customer/get_customer_info"] == 12


async def test_calls_begin_no_faster_than_allowed(clock: Seconds) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    gate = Gate(8, 4, clock, sleep)
    for _ in range(3):
        await gate.turn()
    clock.passed += 10
    await gate.turn()

    assert slept == [0, 0.25, 0.5, 0]


async def test_one_who_stops_waiting_for_an_equal_read_leaves_it_to_the_others(server: ApiServer, client: Made) -> None:
    calling = client()
    await calling.call("Session", "ping")
    server.held = asyncio.Event()
    first, second = (asyncio.create_task(calling.call("Invoice", "get_invoice_info", {"i_invoice": 1})) for _ in range(2))
    await until(lambda: server.counted["Invoice/get_invoice_info"])
    first.cancel()
    server.held.set()

    assert await second == {"success": 1}


async def test_the_clocks_difference_is_seen(server: ApiServer, client: Made) -> None:
    calling = client()
    assert calling.skew is None
    server.answer = lambda _call: Reply({}, headers={"Date": _http_date(datetime.now(UTC) + timedelta(hours=2))})

    await calling.call("Session", "ping")

    assert calling.skew is not None
    assert abs(calling.skew - timedelta(hours=2)) < timedelta(minutes=30)


async def test_a_probe_pings_the_session(server: ApiServer, client: Made) -> None:
    await client().probe()

    assert [(call.name, call.params) for call in server.came[1:]] == [("Session/ping", {"session_id": "session-1"})]


async def test_each_call_says_which_trace_it_belongs_to(server: ApiServer, client: Made) -> None:
    def has_a_trace(call: Call) -> Reply:
        return Reply({"has": "yes" if call.trace.startswith("00-") else "no"})

    server.answer = has_a_trace

    assert await client().call("Invoice", "get_invoice_info") == {"has": "yes"}


# --- what goes wrong ----------------------------------------------------------------------------------------------------


def html(status: int, **headers: str) -> Reply:
    return Reply(PAGE, status, headers, content_type="text/html")


@pytest.mark.parametrize(
    ("reply", "error", "end"),
    [
        (fault("Server.Invoice.not_there"), CallFailed, BatchRefused),
        (html(500), Unavailable, TargetDown),
        (html(502), Unavailable, TargetDown),
        (Reply({"error": "x"}, 500), Unavailable, TargetDown),
        (Reply({"faultcode": "<b>"}, 500), Unavailable, TargetDown),
        (html(429), Unavailable, TargetDown),
        (html(401), GateRefused, ConfigurationRefused),
        (html(403), GateRefused, ConfigurationRefused),
        (html(404), NotPortaBilling, TargetDown),
        (html(200), NotPortaBilling, TargetDown),
        (Reply([1]), NotPortaBilling, TargetDown),
        (Reply(b'{"balance": NaN}'), NotPortaBilling, TargetDown),
        (Reply(b'{"a":' * 100_000), NotPortaBilling, TargetDown),
        (html(302, Location="http://127.0.0.1:1/rest"), NotPortaBilling, TargetDown),
        (Reply(b'"' + b" " * LONGEST_ANSWER + b'"'), AnswerTooLarge, BatchRefused),
    ],
)
async def test_each_answer_that_is_none_is_an_error_of_its_kind(  # noqa: PLR0913 - a table's columns
    server: ApiServer,
    client: Made,
    utc: StandingClock,
    reply: Reply,
    error: type[PortaBillingError],
    end: type[ProvisioningError],
) -> None:
    server.answer = lambda _call: reply

    with pytest.raises(PortaBillingError) as caught:
        await client().call("Invoice", "get_invoice_info", {"i_invoice": 1})

    assert type(caught.value) is error
    assert type(end_of(caught.value, utc())) is end
    assert str(caught.value).count(f"{server.url}/rest/Invoice/get_invoice_info") == 1


async def test_a_faults_code_and_trace_are_told_but_not_its_sentence_nor_our_token(server: ApiServer, client: Made) -> None:
    server.answer = lambda call: fault("Server.Oops", f"John Doe is not there for {call.key}", **{"X-trace-id": "ab12"})

    with pytest.raises(CallFailed) as caught:
        await client().call("Invoice", "get_invoice_info", {"i_invoice": 1})

    evidence = caught.value.evidence
    assert (evidence.status, evidence.code, evidence.trace) == (500, "Server.Oops", "ab12")
    assert "HTTP 500, Server.Oops, trace ab12" in str(caught.value)
    assert "John Doe" not in f"{caught.value}{evidence!r}"
    assert evidence.message == "John Doe is not there for ••••••••"


async def test_an_unavailable_portabilling_is_left_alone_for_as_long_as_it_asks(
    server: ApiServer, client: Made, utc: StandingClock
) -> None:
    server.answer = lambda _call: html(503, **{"Retry-After": "30"})

    with pytest.raises(Unavailable) as caught:
        await client().call("Invoice", "get_invoice_info", {"i_invoice": 1})

    end = end_of(caught.value, utc())
    assert isinstance(end, TargetDown)
    assert end.not_before == utc() + timedelta(seconds=30)


async def test_no_connection_no_answer_and_a_forbidden_address_are_told_apart(
    server: ApiServer, client: Made, utc: StandingClock
) -> None:
    server.answer = lambda _call: None
    silent = client(timeout=0.2)
    gone = client(API_URL="http://127.0.0.1:1")
    forbidden = client(API_URL="https://127.0.0.1", Allowed_Hosts="")

    ends = [await _failed(one.call("Invoice", "get_invoice_info")) for one in (silent, gone, forbidden)]

    assert [type(end.reason) for end in ends] == [NoAnswer, NoConnection, AddressForbidden]
    assert "Request_Timeout sets how long" in str(ends[0])
    assert [type(end_of(end, utc())) for end in ends] == [TargetDown, TargetDown, ConfigurationRefused]


async def _failed(call: object) -> NotAnswered:
    with pytest.raises(NotAnswered) as caught:
        await call  # type: ignore[misc]
    return caught.value


def _http_date(moment: datetime) -> str:
    return moment.strftime("%a, %d %b %Y %H:%M:%S GMT")
