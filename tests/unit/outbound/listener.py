"""Stands in for a host that is called: it keeps what came and answers all alike, over connections that stay open."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field

from conversations import Conversations


def answering(status: str = "204 No Content", *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Listener:
    """`requests` are the heads that came; `connections` how many were opened. An empty answer: it never answers."""

    answer: bytes = field(default_factory=answering)
    requests: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self._conversations = Conversations(self._converse)

    async def start(self, tls: ssl.SSLContext | None = None) -> Listener:
        url = await self._conversations.begin(tls)
        self.port = int(url.rpartition(":")[2])
        return self

    async def stop(self) -> None:
        await self._conversations.end()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next((line for line in head.lower().split("\r\n") if line.startswith("content-length")), ":0")
            await reader.readexactly(int(length.partition(":")[2]))
            self.requests.append(head)
            writer.write(self.answer)
            await writer.drain()
