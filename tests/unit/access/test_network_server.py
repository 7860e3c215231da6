"""The server on the network address: what reaches the application, as whom, and what is refused before."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI

from access_world import PASSWORD
from console_pages import a_command
from duebell.cli.network import Server, network_config
from duebell.console.access.limits import Limits
from duebell.console.certificate import OwnCertificate
from duebell.console.connection import Connection
from duebell.console.listening import Listening
from duebell.errors import InvalidValue, NotPossible
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.storage.audit import list_audit
from unit.access.tls_files import tls_files

Serving = Callable[..., Awaitable[str]]


@asynccontextmanager
async def served(
    app: FastAPI, *, slowest: float | None = None, own: OwnCertificate | None = None, **said: str
) -> AsyncIterator[str]:
    """The application on a free port; gives its address."""
    listening = Listening.of(Settings(listen="127.0.0.1:0", **said))
    assert listening
    config = network_config(app, listening)
    if own and config.ssl:
        own.shown_by(config.ssl)
    if slowest is not None:
        config.http_protocol_class = type("Hasty", (Connection,), {"slowest_head": slowest})
        config.loaded_app = Limits(app, names=listening.all_names, slowest=slowest)
    server = Server(config)
    with listening.bound() as bound:
        answering = asyncio.create_task(server.serve(sockets=[bound]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            await answering


@pytest.fixture
async def serving(app: FastAPI) -> AsyncIterator[Serving]:
    async with AsyncExitStack() as stack:
        yield lambda **how: stack.enter_async_context(served(app, **how))


async def raw(url: str, *sent: bytes) -> bytes:
    """All that is answered until the connection is closed at the other end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    for part in sent:
        writer.write(part)
        await writer.drain()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_nobody_holds_a_connection_without_saying_what_he_wants(serving: Serving) -> None:
    url = await serving(slowest=0.2)
    assert await raw(url) == b""
    assert await raw(url, b"GET /livez HTTP/1.1\r\nHost: loc") == b""
    # nor with a second request that never ends, on a connection that was used
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200")
    writer.write(b"GET /livez HT")
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("head", [b"Content-Length: 10", b"Transfer-Encoding: chunked"])
async def test_nobody_holds_a_request_without_sending_its_body(serving: Serving, head: bytes) -> None:
    url = await serving(slowest=0.2)
    form = b"Content-Type: application/x-www-form-urlencoded"
    answer = await raw(url, b"POST /login HTTP/1.1\r\nHost: localhost\r\n" + form + b"\r\n" + head + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"its body took more than" in answer


async def test_heads_and_bodies_that_are_too_large_are_refused_before_they_are_read_whole(serving: Serving) -> None:
    url = await serving()
    form = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    assert (await raw(url, form + b"Content-Length: 100000000\r\nConnection: close\r\n\r\n")).startswith(b"HTTP/1.1 413 ")
    chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
    assert (await raw(url, form + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n", chunk)).startswith(
        b"HTTP/1.1 413 "
    )
    assert (await raw(url, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000)).startswith(b"HTTP/1.1 400 ")


async def test_only_events_may_be_many_at_once_sent_again_or_not(instance: Instance) -> None:
    async with a_command(instance, "/api/v1") as client:
        for headers in ({}, {"Idempotency-Key": "again"}):
            large = {"content": b"[" + b" " * 1_500_000 + b"]", "headers": {**headers, "Content-Type": "application/json"}}
            assert (await client.post("/events", **large)).status_code == 422, "read, and no event found in it"
            assert (await client.post("/users", **large)).status_code == 413
            larger = {**large, "content": b" " * 10_000_001}
            assert "A request may have 10000000 bytes" in (await client.post("/events", **{**larger, "headers": {}})).text
            assert (await client.post("/events", content=b" " * 20_000_001)).status_code == 413


async def test_no_foreign_name_leads_here(serving: Serving) -> None:
    foreign = ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "a b", "[::1", "", "@localhost")
    async with httpx2.AsyncClient(base_url=await serving(hosts="duebell.example.com")) as client:
        for host in foreign:
            assert (await client.get("/livez", headers={"Host": host})).status_code in {400, 421}, host
        for ours in ("localhost", "127.0.0.1:8469", "[::1]:8469", "Duebell.Example.com"):
            assert (await client.get("/livez", headers={"Host": ours})).status_code == 200


LOGIN = {"name": "viewer", "password": PASSWORD}
FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


async def test_the_headers_of_the_named_proxy_are_believed(serving: Serving, instance: Instance) -> None:
    url = await serving(behind_proxy="127.0.0.1")
    async with httpx2.AsyncClient(base_url=url) as client:
        done = await client.post("/login", data=LOGIN, headers={**FORWARDED, "Origin": url.replace("http:", "https:")})
    assert (done.status_code, "Secure" in done.headers["set-cookie"]) == (303, True)
    assert (await instance.read(list_audit)).entries[0]["detail"] == "from 203.0.113.9"


@pytest.mark.parametrize("said", [{}, {"behind_proxy": "10.0.0.0/8"}])
async def test_the_headers_of_others_are_not(serving: Serving, instance: Instance, said: dict[str, str]) -> None:
    url = await serving(**said)
    async with httpx2.AsyncClient(base_url=url) as client:
        done = await client.post("/login", data=LOGIN, headers={**FORWARDED, "Origin": url})
    assert (done.status_code, "Secure" in done.headers["set-cookie"]) == (303, False)
    assert (await instance.read(list_audit)).entries[0]["detail"] == "from 127.0.0.1"


async def test_with_a_certificate_everything_is_encrypted_and_the_cookie_needs_it(serving: Serving, tmp_path: Path) -> None:
    cert, key = tls_files(tmp_path)
    url = (await serving(tls_cert=str(cert), tls_key=str(key))).replace("http:", "https:")
    async with httpx2.AsyncClient(base_url=url, verify=ssl.create_default_context(cafile=cert)) as client:
        done = await client.post("/login", data=LOGIN, headers={"Origin": url})
        assert (done.status_code, done.headers["set-cookie"].startswith("__Host-duebell=")) == (303, True)
        assert (await client.get("/")).status_code == 200


def test_a_certificate_that_cannot_be_used_is_said_so(app: FastAPI, tmp_path: Path) -> None:
    cert, key = tls_files(tmp_path)
    for wrong in ({"tls_cert": key, "tls_key": cert}, {"tls_cert": tmp_path / "none.pem", "tls_key": key}):
        listening = Listening.of(Settings(listen="127.0.0.1:0", **wrong))
        assert listening
        with pytest.raises(InvalidValue, match=r"can't be used for TLS .*give --tls-cert a certificate chain"):
            network_config(app, listening)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"listen": "0.0.0.0:8469"}, "passwords would pass unencrypted: give --tls-cert and --tls-key, or name the proxy"),
        ({"listen": "[::]:8469"}, "passwords would pass unencrypted"),
        ({"listen": "192.0.2.1:8469"}, "passwords would pass unencrypted"),
        ({"listen": "duebell.example.com:8469"}, "passwords would pass unencrypted"),
        ({"listen": "8469"}, "'8469' is no address to listen on: write it like 127.0.0.1:8469"),
        ({"listen": "127.0.0.1"}, "is no address to listen on"),
        ({"listen": "127.0.0.1:99999"}, "is no address to listen on"),
        ({"listen": "127.0.0.1:8469", "tls_cert": "cert.pem"}, "give both --tls-cert and --tls-key"),
        ({"listen": "0.0.0.0:8469", "behind_proxy": "*"}, "'*' is no proxy's address"),
        ({"listen": "0.0.0.0:8469", "behind_proxy": "10.0.0.1, proxy"}, "'proxy' is no proxy's address"),
    ],
)
def test_what_would_be_unsafe_or_cannot_be_is_refused_with_what_to_do(said: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Listening.of(Settings(**said))
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ({"listen": "127.0.0.1:0"}, "http://127.0.0.1:1234"),
        ({"listen": "[::1]:0"}, "http://[::1]:1234"),
        ({"listen": "localhost:0", "hosts": "duebell.example.com"}, "http://duebell.example.com:1234"),
        (
            {"listen": "0.0.0.0:0", "behind_proxy": "10.0.0.0/24", "hosts": "duebell.example.com"},
            "https://duebell.example.com",
        ),
        ({"listen": "0.0.0.0:0", "tls_cert": "c", "tls_key": "k"}, "https://localhost:1234"),
    ],
)
def test_the_address_is_told_as_browsers_need_it(said: dict[str, str], url: str) -> None:
    listening = Listening.of(Settings(**said))
    assert listening
    assert listening.url(1234) == url


def test_a_port_that_another_program_has_is_said_so() -> None:
    assert Listening.of(Settings(listen="off")) is None
    first = Listening.of(Settings(listen="127.0.0.1:0"))
    assert first
    with first.bound() as bound:
        again = Listening.of(Settings(listen=f"127.0.0.1:{bound.getsockname()[1]}"))
        assert again
        with (
            pytest.raises(NotPossible, match=r"can't be listened on: Address already in use\. Choose another with --listen"),
            again.bound(),
        ):
            pass
