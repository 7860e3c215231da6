"""What stands in for a host that is called: a TCP server on loopback, which speaks with each caller as a test has it do."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

TLS_HANDSHAKE = b"\x16"
"""The first byte of whoever wants to speak encrypted."""

Converse = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Conversations:
    """`converse` speaks with one caller, whose connection is closed when it returns."""

    def __init__(self, converse: Converse) -> None:
        self._converse = converse
        self._under_way: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def begin(self, tls: ssl.SSLContext | None = None, port: int = 0) -> str:
        """Listen, on a free port if none is given; gives the scheme, the host and the port as a URL has them."""
        self._server = await asyncio.start_server(self._hold, "127.0.0.1", port, ssl=tls)
        return f"{'https' if tls else 'http'}://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def end(self) -> None:
        """Listen no more, and break off what is under way."""
        if self._server is not None:
            self._server.close()
        for conversation in self._under_way:
            conversation.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _hold(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.current_task()
        assert conversation is not None
        self._under_way.add(conversation)
        try:
            await self._converse(reader, writer)
            writer.close()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()  # the caller hung up, or only connected
        except asyncio.CancelledError:
            writer.transport.abort()  # the test is over
        finally:
            self._under_way.discard(conversation)


@dataclass(frozen=True)
class Request:
    """An HTTP request as it came; `headers` by lower-case name."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


async def read_request(reader: asyncio.StreamReader, begun: bytes = b"") -> Request:
    """The next one, of which `begun` has been read already.

    Raises:
        IncompleteReadError: there is no more.
    """
    head = (begun + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    method, target, _ = first.split(" ")
    return Request(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
