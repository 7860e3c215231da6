"""Stands in for a host that is called: it keeps what came and answers all alike, over connections that stay open."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field


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
    _conversations: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def start(self, tls: ssl.SSLContext | None = None) -> Listener:
        self._server = await asyncio.start_server(self._converse, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.current_task()
        assert conversation is not None
        self._conversations.add(conversation)
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next((line for line in head.lower().split("\r\n") if line.startswith("content-length")), ":0")
                await reader.readexactly(int(length.partition(":")[2]))
                self.requests.append(head)
                writer.write(self.answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()  # the caller hung up
        except asyncio.CancelledError:
            writer.transport.abort()  # the test is over
        finally:
            self._conversations.discard(conversation)
