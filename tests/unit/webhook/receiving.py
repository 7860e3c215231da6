"""Stands in for a webhook's receiver, on a loopback port. It checks signatures by its own reading of the standard.

It is nobody's product: it keeps what came, and answers as a test says; when nothing is said, 204 to what is signed, else 401.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conversations import TLS_HANDSHAKE, Conversations, read_request

SECRET = f"whsec_{base64.b64encode(b'the first secret of these tests!').decode()}"
OTHER_SECRET = f"whsec_{base64.b64encode(b'the other secret of these tests!').decode()}"
PING, VERIFY = "duebell.ping", "duebell.verify"


@dataclass(frozen=True)
class Call:
    """A request as it came; `headers` by lower-case name."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def events(self) -> list[dict[str, Any]]:
        parsed = json.loads(self.body)
        return parsed if isinstance(parsed, list) else [parsed]

    @property
    def is_trial(self) -> bool:
        return self.events[0]["type"] in {PING, VERIFY}

    def signed_by(self, secret: str) -> bool:
        key = base64.b64decode(secret.split("_", 1)[1])
        content = b".".join([self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body])
        expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(expected, given) for given in self.headers["webhook-signature"].split(" "))


Answer = int | tuple[int, dict[str, str]] | None
"""A status, with headers or without; None: no answer ever."""


@dataclass
class StandIn:
    """`answer` decides on events, `trials` on test events; both only where the signature is right."""

    answer: Callable[[Call], Answer] = lambda _call: 204
    trials: Callable[[Call], Answer] = lambda _call: 204
    secrets: tuple[str, ...] = (SECRET,)
    checks_signatures: bool = True
    came: list[Call] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self._conversations = Conversations(self._converse)

    async def start(self, tls: ssl.SSLContext | None = None, port: int = 0) -> StandIn:
        self.url = f"{await self._conversations.begin(tls, port)}/hook"
        return self

    async def stop(self) -> None:
        await self._conversations.end()

    @property
    def calls(self) -> list[Call]:
        """The calls about customers."""
        return [call for call in self.came if not call.is_trial]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for call in self.calls for event in call.events]

    def _decided(self, call: Call) -> Answer:
        if self.checks_signatures and not any(map(call.signed_by, self.secrets)):
            return 401
        return self.trials(call) if call.is_trial else self.answer(call)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while call := await _read(reader):
            self.came.append(call)
            answer = self._decided(call)
            if answer is None:
                await asyncio.Event().wait()
                continue
            status, headers = answer if isinstance(answer, tuple) else (answer, {})
            lines = [f"HTTP/1.1 {status} -", "Content-Length: 0", *(f"{k}: {v}" for k, v in headers.items())]
            writer.write("\r\n".join([*lines, "", ""]).encode())
            await writer.drain()
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def _read(reader: asyncio.StreamReader) -> Call | None:
    """None: the caller wants to speak encrypted."""
    first = await reader.readexactly(1)
    if first == TLS_HANDSHAKE:
        return None
    request = await read_request(reader, first)
    return Call(request.target, request.headers, request.body)
