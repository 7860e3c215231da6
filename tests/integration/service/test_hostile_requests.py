"""Requests that nobody in good faith would send, to the real server on a socket: each is refused, and the next one is served."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from itertools import product

import httpx2
import pytest
from fastapi import Request

from duebell.cli.network import Server, network_config
from duebell.console.access.principal import LOCAL, Principal
from duebell.console.app import create_app
from duebell.console.listening import Listening
from duebell.instance import Instance
from duebell.settings import Settings

API = b"/api/v1"
JSON = b"Content-Type: application/json\r\n"


async def anybody(_: Request) -> Principal:
    """A door that is open: what is proven here stands behind it."""
    return LOCAL


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where it listens."""
    instance = Instance(Settings(data=tmp_path_factory.mktemp("data")))
    listening = Listening.of(Settings(listen="127.0.0.1:0"))
    assert listening
    server = Server(network_config(create_app(instance, anybody), listening))
    with listening.bound() as bound:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[bound])))
        thread.start()
        yield bound.getsockname()[1]
        server.should_exit = True
        thread.join()
    instance.close()


@pytest.fixture(autouse=True)
async def _goes_on(port: int) -> AsyncIterator[None]:
    yield
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        assert (await http.get("/api/v1/status")).status_code == 200, "it serves no more"


async def answered(port: int, *sent: bytes) -> tuple[int, str]:
    """The status and the rest of what is answered until the other end closes; 0: it closed without a word."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in sent:
        writer.write(part)
        await writer.drain()
    try:
        head, _, rest = (await reader.read()).decode("latin-1").partition("\r\n")
    except ConnectionResetError:  # it closed before it had read all
        head, rest = "", ""
    finally:
        writer.close()
    return (int(head.split()[1]) if head else 0), rest


async def ask(port: int, method: bytes, path: bytes, headers: bytes = b"", body: bytes = b"") -> tuple[int, str]:
    length = b"Content-Length: %d\r\n" % len(body)
    return await answered(
        port,
        method + b" " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + length + b"\r\n" + body,
    )


@pytest.mark.parametrize(
    "path",
    [
        b"/static/../wording.py",
        b"/static/..%2fwording.py",
        b"/static/%2e%2e/wording.py",
        b"/static/..%5cwording.py",
        b"/static/..%252fwording.py",
        b"/static//etc/passwd",
        b"/static/%2fetc%2fpasswd",
        b"/static/vendor/../../rendering.py",
        b"/static/console.css%00.py",
        b"/static/\xff\xfe",
        b"/static/" + b"a/" * 2000,
        b"/static/",
        b"/static",
    ],
)
async def test_no_file_beside_the_static_ones_is_given(port: int, path: bytes) -> None:
    status, answer = await ask(port, b"GET", path)
    assert status in {400, 404, 405}, answer
    assert not any(secret in answer for secret in ("import", "root:", "Traceback"))


async def test_a_static_file_that_is_there_is_given(port: int) -> None:
    status, answer = await ask(port, b"GET", b"/static/console.css")
    assert (status, "color-scheme" in answer) == (200, True)


@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT", b"BREW", b"DELETE", b"PATCH", b"get", b"PROPFIND"])
async def test_methods_that_are_not_there_are_refused(port: int, method: bytes) -> None:
    for path in (API + b"/events", API + b"/status", b"/livez", b"/static/console.css"):
        status, answer = await ask(port, method, path)
        assert status in {400, 403, 404, 405, 501}, answer


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Type: text/plain\r\n",
        b"Content-Type: application/xml\r\n",
        b"Content-Type: multipart/form-data; boundary=x\r\n",
        b"Content-Type: application/x-www-form-urlencoded\r\n",
        b"Content-Type: application/json; charset=utf-16\r\n",
        b"Content-Type: \r\n",
        b"",
    ],
)
async def test_a_body_of_another_kind_is_refused(port: int, headers: bytes) -> None:
    bodies = (b"<a/>", b"name=John", b"\xff\xfe{\x00}\x00", b"--x\r\n\r\n--x--")
    for path, body in product((API + b"/billing/customers", API + b"/events"), bodies):
        status, answer = await ask(port, b"POST", path, headers, body)
        assert (status, "urn:duebell:problem:invalid-value" in answer) == (422, True), answer


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": \xff}',
        b"\xed\xa0\x80",
        b'"\\ud800"',
        b'{"external_id": "\\ud800", "name": "a", "currency": "USD"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 50_000,
        b"1e999999",
        b"NaN",
        b'{"external_id": "a", "external_id": "b"}',
        b"\x00",
        b"",
    ],
)
async def test_bad_encodings_and_deep_or_endless_json_are_refused(port: int, body: bytes) -> None:
    for path in (API + b"/billing/customers", API + b"/events", API + b"/events/x/skip"):
        status, answer = await ask(port, b"POST", path, JSON, body)
        assert (status, "Traceback" in answer) == (422, False), answer


async def test_more_than_a_request_may_have_is_refused_in_our_own_words(port: int) -> None:
    status, answer = await ask(port, b"POST", API + b"/events", JSON, b" " * 10_000_001)
    assert (status, "urn:duebell:problem:" in answer) == (422, True)
    for path in (b"/events", b"/billing/customers"):
        status, answer = await answered(
            port,
            b"POST "
            + API
            + path
            + b" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\nConnection: close\r\n\r\n",
        )
        assert (status, "urn:duebell:problem:body-too-large" in answer) == (413, True), answer


async def test_a_body_whose_end_two_headers_tell_is_refused_and_what_follows_it_is_not_read(port: int) -> None:
    smuggled = b"GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n"
    head = b"POST /api/v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    status, answer = await answered(port, head + b"Content-Length: 4\r\n\r\n0\r\n\r\n" + smuggled)
    assert (status, answer.count("HTTP/1.1")) == (400, 0), answer
    assert "urn:duebell:problem:ambiguous-length" in answer


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\x00\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\r\n" * 50_000 + b"hello\r\n\r\n",
    ],
)
async def test_what_is_no_proper_http_is_refused(port: int, sent: bytes) -> None:
    status, answer = await asyncio.wait_for(answered(port, sent), 30)
    assert status in {0, 400, 421}, answer[:300]
    assert "Traceback" not in answer


@pytest.mark.parametrize(
    "path",
    [
        b"/events/%00",
        b"/events/%ff%fe",
        b"/handlers/%2e%2e%2fusers",
        b"/billing/customers/" + b"x" * 9_000,
        b"/handlers/a%0d%0aSet-Cookie:%20a=b",
        b"/events?before=%F0%9F%99%82",
        b"/events?limit=1e3",
        b"/events?text=%00",
        b"/events?since=" + b"9" * 5000,
    ],
)
async def test_addresses_that_mean_nothing_are_refused(port: int, path: bytes) -> None:
    status, answer = await ask(port, b"GET", API + path)
    assert status in {404, 422}, answer
    head = answer.partition("\r\n\r\n")[0].lower()
    assert ("set-cookie" in head, "application/problem+json" in head) == (False, True)


async def test_headers_of_ours_that_are_wrong_change_nothing(port: int) -> None:
    wrong = b"traceparent: " + b"0" * 5000 + b"\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\n"
    status, answer = await ask(port, b"POST", API + b"/handlers/OdooCRM/disable", wrong)
    assert (status, "An Idempotency-Key is one text" in answer) == (422, True)
    status, answer = await ask(port, b"GET", API + b"/handlers/OdooCRM")
    assert '"enabled":true' in answer
