"""A web server that answers as PortaBilling's API is documented to, or as a test says. It is no PortaBilling, and keeps no books."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from conversations import Conversations, read_request

PASSWORD, TOKEN = "the password of these tests", "the-token-of-these-tests"
LOGIN = "duebell"
EXPIRED = "Client.Session.check_auth.failed_to_process_access_token"
LOGIN_WRONG = "Server.Session.auth_failed"


@dataclass(frozen=True)
class Call:
    """A request as it came: `Service/method`, its parameters, and what it is authorized by."""

    name: str
    params: Mapping[str, Any]
    key: str
    content_type: str
    trace: str


@dataclass(frozen=True)
class Reply:
    """Body text or JSON; `status` and `headers` as a test wants them."""

    body: object = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    def written(self) -> bytes:
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        lines = [
            f"HTTP/1.1 {self.status} -",
            f"Content-Length: {len(body)}",
            f"Content-Type: {self.content_type}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body


def fault(code: str, sentence: str = "no", **headers: str) -> Reply:
    """How every failure is answered."""
    return Reply({"faultcode": code, "faultstring": sentence}, 500, headers)


@dataclass
class ApiServer:
    """`answer` decides on calls that come with a token that is good; None: the call is never answered."""

    answer: Callable[[Call], Reply | None] = lambda _call: Reply({"success": 1})
    login: Callable[[Call], Reply] | None = None
    expires_at: str | None = None
    held: asyncio.Event | None = None
    """Answers wait for it."""
    came: list[Call] = field(default_factory=list)
    url: str = ""
    under_way: int = 0
    most_under_way: int = 0
    _good: set[str] = field(default_factory=set)
    _given: int = 0

    def __post_init__(self) -> None:
        self._conversations = Conversations(self._converse)

    async def start(self, tls: ssl.SSLContext | None = None) -> ApiServer:
        self.url = await self._conversations.begin(tls)
        return self

    async def stop(self) -> None:
        await self._conversations.end()

    def end_sessions(self) -> None:
        """No token that was given is good any more."""
        self._good.clear()

    @property
    def counted(self) -> Counter[str]:
        """How often each method was called."""
        return Counter(call.name for call in self.came)

    def _decided(self, call: Call) -> Reply | None:
        match call.name:
            case "Session/login" | "Session/refresh_access_token":
                return self.login(call) if self.login else self.new_token()
        return self.answer(call) if call.key in self._good else fault(EXPIRED, "expired")

    def new_token(self) -> Reply:
        self._given += 1
        token = f"token-{self._given}"
        self._good |= {token, f"session-{self._given}"}
        expiry = {"expires_at": self.expires_at} if self.expires_at else {}
        session = {"session_id": f"session-{self._given}", "refresh_token": f"refresh-{self._given}"}
        return Reply({"access_token": token, **session, **expiry}, headers={"Date": "Mon, 23 Nov 2026 10:00:00 GMT"})

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await self._one(reader, writer)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        call = await _read(reader)
        self.came.append(call)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            reply = self._decided(call)
            if self.held is not None:
                await self.held.wait()
        finally:
            self.under_way -= 1
        if reply is None:
            await asyncio.Event().wait()
            return
        writer.write(reply.written())
        await writer.drain()


async def _read(reader: asyncio.StreamReader) -> Call:
    request = await read_request(reader)
    headers, body = request.headers, request.body.decode()
    content_type = headers["content-type"]
    name = request.target.removeprefix("/rest/")
    trace = headers.get("traceparent", "")
    if content_type == "application/json":
        key = headers.get("authorization", "").removeprefix("Bearer ")
        return Call(name, json.loads(body)["params"], key, content_type, trace)
    fields = parse_qs(body)
    who = json.loads(fields.get("auth_info", ["{}"])[0])
    return Call(name, json.loads(fields["params"][0]), who.get("session_id", ""), content_type, trace)
