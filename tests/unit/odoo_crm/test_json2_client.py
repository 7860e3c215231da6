"""The client on real connections: what it sends, what it never does, and what each kind of silence means."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from duebell.handlers.odoo_crm import errors
from duebell.handlers.odoo_crm.client import Client, DatabaseServer
from duebell.handlers.odoo_crm.errors import OdooError
from duebell.trace import CURRENT, Trace
from unit.odoo_crm import stand_in
from unit.odoo_crm.certificates import Authority
from unit.odoo_crm.stand_in import HEALTH, INGEST, KEY, OLD_VERSION, VERSION, WHO, StandIn, answer, odoo_error, page, result

Connect = Callable[..., Client]


@pytest.fixture
async def connect(trusted: ssl.SSLContext) -> AsyncIterator[Connect]:
    """Clients that are closed at the end; they have the key unless a test takes it away."""
    clients: list[Client] = []

    def made(url: str, **options: object) -> Client:
        clients.append(Client(url, **{"access_key": KEY, "request_timeout": 20.0, "tls": trusted, **options}))
        return clients[-1]

    yield made
    for client in clients:
        await client.close()


async def failure(call: object) -> OdooError:
    with pytest.raises(OdooError) as raised:
        await call  # type: ignore[misc]
    assert KEY not in str(raised.value)
    return raised.value


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


# --- what is sent ------------------------------------------------------------------------------------------------------


async def test_a_call_goes_on_with_the_trace_that_it_is_made_in_and_else_begins_one(odoo: StandIn, connect: Connect) -> None:
    client = connect(odoo.url)
    asked = Trace.continued("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")

    await client.version()
    token = CURRENT.set(asked)
    await client.version()
    CURRENT.reset(token)

    alone, within = (call.headers["traceparent"].split("-") for call in odoo.calls)
    assert alone[1] != asked.id
    assert (within[1], within[3]) == (asked.id, "01")
    assert within[2] != asked.span, "the call is a part of its own"


async def test_arguments_go_by_name_with_the_key_and_the_database(odoo: StandIn, connect: Connect) -> None:
    client = connect(odoo.url, database="telecom")

    answered = await client.call("duebell.event", "receipts", acknowledged=[17])

    (call,) = odoo.calls
    assert answered == {"receipts": [], "open": 0}
    assert call.target == "POST /json/2/duebell.event/receipts"
    assert call.json == {"acknowledged": [17]}
    assert call.headers["authorization"] == f"bearer {KEY}"
    assert call.headers["x-odoo-database"] == "telecom"
    assert call.headers["content-type"] == "application/json"


async def test_a_ready_body_goes_out_as_it_is(odoo: StandIn, connect: Connect) -> None:
    body = '{"contract": 1,   "events": []}'

    await connect(odoo.url).send("duebell.event", "ingest", body)

    assert odoo.calls[0].body == body.encode()


async def test_without_database_or_key_no_such_header_is_sent(odoo: StandIn, connect: Connect) -> None:
    await failure(connect(odoo.url, access_key=None).call("res.users", "context_get"))

    assert "x-odoo-database" not in odoo.calls[0].headers
    assert "authorization" not in odoo.calls[0].headers


async def test_version_and_health_are_asked_without_the_key(odoo: StandIn, connect: Connect) -> None:
    client = connect(odoo.url)

    assert await client.version() == "19.0"
    assert await client.database_server() is DatabaseServer.UP
    assert all("authorization" not in call.headers for call in odoo.calls)


async def test_no_cookie_is_kept_for_odoo_refuses_a_session_beside_the_database(odoo: StandIn, connect: Connect) -> None:
    odoo.answers[VERSION] = result({"version": "19.0"}, Set_Cookie="session_id=abc; Path=/; HttpOnly")
    client = connect(odoo.url, database="telecom")

    await client.version()
    await client.call("res.users", "context_get")

    assert all("cookie" not in call.headers for call in odoo.calls)


async def test_proxies_and_passwords_of_the_environment_are_left_alone(
    odoo: StandIn, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password else")
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

    await connect(odoo.url, access_key=None).version()

    assert "authorization" not in odoo.calls[0].headers


async def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else(odoo: StandIn, connect: Connect) -> None:
    elsewhere = await StandIn().start()
    odoo.answers[INGEST] = page(307, Location=f"{elsewhere.url}/json/2/duebell.event/ingest")

    error = await failure(connect(odoo.url).send("duebell.event", "ingest", "{}"))

    assert type(error) is errors.Redirected
    assert f"to {elsewhere.url}" in error.found
    assert elsewhere.calls == []
    await elsewhere.stop()


# --- no whole answer ---------------------------------------------------------------------------------------------------


async def test_a_name_that_does_not_resolve(connect: Connect) -> None:
    assert type(await failure(connect("http://odoo.invalid").version())) is errors.NameUnknown


async def test_a_port_where_nobody_listens(connect: Connect) -> None:
    assert type(await failure(connect(f"http://127.0.0.1:{free_port()}").version())) is errors.ConnectionRefused


@pytest.mark.parametrize(
    ("speaks", "meant"),
    [
        (stand_in.silence, errors.AnswerTimedOut),
        (stand_in.trickle, errors.AnswerTimedOut),
        (stand_in.half_an_answer, errors.ConnectionLost),
        (stand_in.nothing, errors.ConnectionLost),
        (lambda _call: b"\x15\x03\x01\x00\x02\x02\x46", errors.ConnectionLost),
    ],
)
async def test_an_answer_that_does_not_end_well(
    odoo: StandIn, connect: Connect, speaks: Callable[..., AsyncIterator[bytes]], meant: type[OdooError]
) -> None:
    odoo.answers[INGEST] = speaks

    error = await failure(connect(odoo.url, request_timeout=0.3).send("duebell.event", "ingest", "{}"))

    assert type(error) is meant


async def test_an_endless_answer_is_left_at_the_longest_that_can_be_meant(odoo: StandIn, connect: Connect) -> None:
    odoo.answers[INGEST] = stand_in.flood

    error = await failure(connect(odoo.url, longest_answer=100_000).send("duebell.event", "ingest", "{}"))

    assert type(error) is errors.AnswerTooLarge


async def test_the_callers_own_cancellation_is_not_taken_for_a_time_out(odoo: StandIn, connect: Connect) -> None:
    odoo.answers[INGEST] = stand_in.silence
    call = asyncio.create_task(connect(odoo.url).send("duebell.event", "ingest", "{}"))
    await odoo.came.wait()

    call.cancel()

    with pytest.raises(asyncio.CancelledError):
        await call


async def test_the_client_works_on_after_a_failed_call(odoo: StandIn, connect: Connect) -> None:
    client = connect(odoo.url, request_timeout=0.3, calls_in_flight=1)
    odoo.answers[INGEST] = stand_in.silence
    for _ in range(5):
        await failure(client.send("duebell.event", "ingest", "{}"))

    assert await client.call("duebell.event", "receipts") == {"receipts": [], "open": 0}


# --- encryption --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("certificate", "meant"),
    [
        ({"days": -1}, errors.CertificateExpired),
        ({"self_signed": True}, errors.CertificateSelfSigned),
        ({"host": "odoo.example.com"}, errors.CertificateOfAnotherHost),
        ({"host": "127.0.0.2"}, errors.CertificateOfAnotherHost),
    ],
)
async def test_a_certificate_that_is_not_to_be_trusted_gets_no_key(
    connect: Connect, tmp_path: Path, certificate: dict[str, object], meant: type[OdooError]
) -> None:
    authority = Authority(tmp_path)
    odoo = await StandIn().start(authority.serving(**certificate))  # type: ignore[arg-type]

    error = await failure(connect(odoo.url, tls=authority.trusting()).call("res.users", "context_get"))

    assert type(error) is meant
    assert odoo.calls == []
    await odoo.stop()


async def test_an_authority_unknown_to_this_machine_is_not_trusted(connect: Connect, tmp_path: Path) -> None:
    odoo = await StandIn().start(Authority(tmp_path).serving())

    assert type(await failure(connect(odoo.url).version())) is errors.CertificateUntrusted
    await odoo.stop()


async def test_a_trusted_certificate_lets_calls_through(connect: Connect, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    odoo = await StandIn().start(authority.serving())

    assert await connect(odoo.url, tls=authority.trusting()).version() == "19.0"
    await odoo.stop()


async def test_silence_over_an_encrypted_connection_is_no_trouble_of_the_encryption(
    connect: Connect, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    odoo = await StandIn(otherwise=stand_in.silence).start(authority.serving())

    assert (
        type(await failure(connect(odoo.url, tls=authority.trusting(), request_timeout=0.5).call("a", "b")))
        is errors.AnswerTimedOut
    )
    await odoo.stop()


async def test_a_port_that_speaks_plain_http_is_no_tls_port(odoo: StandIn, connect: Connect) -> None:
    assert type(await failure(connect(odoo.url.replace("http:", "https:")).version())) is errors.NotTls


# --- which Odoo --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("health", "database", "meant"),
    [
        (result({"status": "pass", "db_server_status": True}), "telcom", errors.DatabaseUnknown),
        (result({"status": "pass", "db_server_status": True}), None, errors.DatabaseNotChosen),
        (result({"status": "fail", "db_server_status": False}, 500), "telecom", errors.DatabaseServerDown),
        (result({"status": "fail", "db_server_status": False}, 500), None, errors.DatabaseServerDown),
        (page(404), "telecom", errors.NotOdoo),
    ],
)
async def test_health_tells_a_wrong_database_from_one_whose_server_is_down(
    odoo: StandIn, connect: Connect, health: bytes, database: str | None, meant: type[OdooError]
) -> None:
    del odoo.answers[INGEST]
    odoo.answers[HEALTH] = health

    error = await failure(connect(odoo.url, database=database).send("duebell.event", "ingest", "{}"))

    assert type(error) is meant
    assert error.evidence.url.endswith("/json/2/duebell.event/ingest")


async def test_a_wrong_key_is_told_from_the_right_one(odoo: StandIn, connect: Connect) -> None:
    assert await connect(odoo.url).call("res.users", "context_get") == {"lang": "en_US", "tz": False, "uid": 7}
    assert type(await failure(connect(odoo.url, access_key="f" * 40).call("res.users", "context_get"))) is errors.KeyRefused


async def test_odoo_18_tells_its_version_another_way(odoo: StandIn, connect: Connect) -> None:
    del odoo.answers[VERSION]
    odoo.answers[OLD_VERSION] = result({"jsonrpc": "2.0", "id": None, "result": {"server_version": "18.0"}})

    assert await connect(odoo.url).version() == "18.0"


@pytest.mark.parametrize("otherwise", [page(), page(404), result({"hello": "world"}), answer(200, "Welcome", "text/plain")])
async def test_another_web_site_is_no_odoo(odoo: StandIn, connect: Connect, otherwise: bytes) -> None:
    odoo.answers.clear()
    odoo.otherwise = otherwise

    assert type(await failure(connect(odoo.url).version())) is errors.NotOdoo


async def test_odoos_traceback_stays_behind(odoo: StandIn, connect: Connect) -> None:
    odoo.answers[WHO] = odoo_error(500, "builtins.ValueError", "John Doe owes $20.00")

    error = await failure(connect(odoo.url).call("res.users", "context_get"))

    assert type(error) is errors.OdooFailed
    assert error.evidence.message == "John Doe owes $20.00"
    assert "John Doe" not in str(error)
    assert "Traceback" not in repr(vars(error))
