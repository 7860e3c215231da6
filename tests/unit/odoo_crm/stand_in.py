"""Stands in for what answers at API_URL, on a loopback port: an Odoo with the addon, and all that people meet instead.

It is not Odoo: tests/integration holds the handler against a real one. Here are the answers that a real one can't be made
to give at will.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from conversations import TLS_HANDSHAKE, Conversations, read_request
from duebell.events import FACTS

KEY = "5f0c" * 10
NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
WRONG_DATABASE = (
    "<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>No database is selected and the requested URL "
    "was not found in the server-wide controllers.</p>\n"
)
TRACEBACK = 'Traceback (most recent call last):\n  File "http.py", line 1, in call\nValueError: John Doe owes $20.00'

VERSION = "GET /web/version"
OLD_VERSION = "POST /web/webclient/version_info"
HEALTH = "GET /web/health"
WHO = "POST /json/2/res.users/context_get"
STATUS = "POST /json/2/duebell.event/status"
INGEST = "POST /json/2/duebell.event/ingest"
REHEARSE = "POST /json/2/duebell.event/rehearse"
SENDERS = "POST /json/2/duebell.event/senders"
TEST_SMS = "POST /json/2/duebell.event/test_sms"
REHEARSAL_ENDED = "odoo.addons.duebell.rehearsal.RehearsalEnded"
RECEIPTS = "POST /json/2/duebell.event/receipts"
TOLD = "POST /json/2/duebell.event/told"


@dataclass(frozen=True)
class Call:
    """A request as it came; `headers` by lower-case name."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Reply = bytes | Callable[[Call], bytes | AsyncIterator[bytes]]


def answer(status: int, body: str | bytes, content_type: str = "application/json; charset=utf-8", **headers: str) -> bytes:
    """An HTTP/1.0 answer, closed after it, as Odoo's own."""
    content = body.encode() if isinstance(body, str) else body
    lines = [
        f"HTTP/1.0 {status} {HTTPStatus(status).phrase}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(content)}",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + content


def result(value: object, status: int = 200, **headers: str) -> bytes:
    return answer(status, json.dumps(value), **headers)


def page(status: int = 200, html: str = "<html><title>Welcome</title></html>", **headers: str) -> bytes:
    return answer(status, html, "text/html; charset=utf-8", **headers)


def odoo_error(status: int, name: str, message: str = "no") -> bytes:
    """An error as JSON-2 tells it, with the traceback that must never be kept."""
    return result(
        {"name": name, "message": message, "arguments": [message, status], "context": {}, "debug": TRACEBACK}, status
    )


def a_status(**other: object) -> dict[str, object]:
    """What `status()` of an addon in good health answers."""
    texts = {"sms": ["en_US", "es_ES"], "email": ["en_US", "es_ES"]}
    return {
        "contracts": [1],
        "addon_version": "19.0.1.0.0",
        "odoo_version": "19.0",
        "database_uuid": "5a5e4cde-0000-4000-8000-000000000000",
        "database": "telecom",
        "server_time": "2026-11-01 09:00:00",
        "company": "Example Telecom",
        "user": "duebell",
        "key_expires_on": "2027-10-01 08:00:00",
        "max_events": 1000,
        "event_types": list(FACTS),
        "templates": dict.fromkeys(FACTS, texts),
        "sms_ready": True,
        "mail_ready": True,
        "problems": [],
        "methods": ["rehearse", "senders", "test_sms"],
        "currency": "EUR",
        "reports": {"url": "https://odoo.example.com/sms/status", "sent": 5, "delivered": 4},
        **other,
    }


def provisioned(key: str, **other: object) -> dict[str, object]:
    """The result of one event."""
    accepted = {"outcome": "provisioned", "already": False, "reference": "duebell.event,42", "link": "/odoo/events/42"}
    return {**accepted, "told": ["sms"], "untold": None, **other}


def told(**other: object) -> dict[str, object]:
    """What `told` says of one event: an SMS that was delivered, but for what is given."""
    text = {"channel": "sms", "recipient": "+12025550123", "subject": None, "text": "Your invoice INV-1: $30.00."}
    return {
        "link": "/odoo/billing-events/42",
        "partner": {"id": 7, "name": "John Doe", "link": "/odoo/contacts/7"},
        "messages": [{**text, "state": "delivered", "because": None, "at": "2026-11-01T10:42:00Z"}],
        **other,
    }


def _who(call: Call) -> bytes:
    if call.headers.get("authorization") != f"bearer {KEY}":
        return odoo_error(401, "werkzeug.exceptions.Unauthorized", "Invalid apikey")
    return result({"lang": "en_US", "tz": False, "uid": 7})


def rehearsed(messages: int = 0, **other: object) -> Reply:
    """The end of a rehearsal: of as many events as came."""

    def reply(call: Call) -> bytes:
        nothing_wrong = {"refused": [], "refused_in_all": 0, "failed": [], "failed_in_all": 0}
        told = {"events": len(call.json["events"]), "messages": messages, **nothing_wrong, **other}
        return odoo_error(422, REHEARSAL_ENDED, json.dumps(told))

    return reply


def senders(*, sms: dict[str, object] | None = None, mail: dict[str, object] | None = None) -> bytes:
    """The answer of `senders`: Odoo's own service and a mail server, but for what is given."""
    return result(
        {
            "sms": {"provider": "odoo", "endpoint": None, "credit": 120, **(sms or {})},
            "mail": {"server": "mail.example.com", "because": None, **(mail or {})},
        }
    )


def _ingest(call: Call) -> bytes:
    return result({"results": {event["key"]: provisioned(event["key"]) for event in call.json["events"]}})


def an_odoo() -> dict[str, Reply]:
    """The answers of an Odoo 19 with the addon, all in good health."""
    return {
        VERSION: result({"version_info": [19, 0, 0, "final", 0, ""], "version": "19.0"}),
        HEALTH: result({"status": "pass", "db_server_status": True}),
        WHO: _who,
        STATUS: result(a_status()),
        INGEST: _ingest,
        REHEARSE: rehearsed(messages=28),
        SENDERS: senders(),
        RECEIPTS: result({"receipts": [], "open": 0}),
    }


@dataclass
class StandIn:
    """Answers by `METHOD /path`; `otherwise` goes to all that no answer is set for. `calls` is what came."""

    answers: dict[str, Reply] = field(default_factory=an_odoo)
    otherwise: Reply = field(default_factory=lambda: page(404, WRONG_DATABASE))
    calls: list[Call] = field(default_factory=list)
    url: str = ""
    came: asyncio.Event = field(default_factory=asyncio.Event)
    """Set as soon as a call has come."""

    def __post_init__(self) -> None:
        self._conversations = Conversations(self._converse)

    async def start(self, tls: ssl.SSLContext | None = None) -> StandIn:
        self.url = await self._conversations.begin(tls)
        return self

    async def stop(self) -> None:
        await self._conversations.end()

    def called(self, target: str) -> list[Call]:
        return [call for call in self.calls if call.target == target]

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = await _read(reader)
        self.calls.append(call)
        self.came.set()
        reply = self.answers.get(call.target, self.otherwise)
        spoken = reply if isinstance(reply, bytes) else reply(call)
        if isinstance(spoken, bytes):
            writer.write(spoken)
            await writer.drain()
            return
        async for part in spoken:
            writer.write(part)
            await writer.drain()


async def _read(reader: asyncio.StreamReader) -> Call:
    first = await reader.readexactly(1)
    if first == TLS_HANDSHAKE:
        return Call("handshake", {}, b"")
    request = await read_request(reader, first)
    return Call(f"{request.method} {request.target.partition('?')[0]}", request.headers, request.body)


def in_days(days: float) -> str:
    """A time as Odoo writes it, so many days from `NOW`."""
    return f"{NOW + timedelta(days=days):%Y-%m-%d %H:%M:%S}"


async def silence(_call: Call | None = None) -> AsyncIterator[bytes]:
    """Takes the call and never says a word."""
    await asyncio.Event().wait()
    yield b""


async def trickle(_call: Call | None = None) -> AsyncIterator[bytes]:
    """An answer that goes on for ever, a byte at a time: no single read times out."""
    yield b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n["
    while True:
        yield b" "
        await asyncio.sleep(0.02)


async def flood(_call: Call | None = None) -> AsyncIterator[bytes]:
    """An answer without end, as quick as it is taken."""
    yield b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n["
    while True:
        yield b"0," * 10_000


async def half_an_answer(_call: Call | None = None) -> AsyncIterator[bytes]:
    """A connection that breaks in the middle."""
    yield b'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"results"'


async def nothing(_call: Call | None = None) -> AsyncIterator[bytes]:
    """A connection closed without an answer."""
    return
    yield b""
