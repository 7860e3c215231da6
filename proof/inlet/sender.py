"""A connection on which anything can be sent, well-formed or not."""

from __future__ import annotations

import asyncio
from typing import Self

from proof.inlet.service import AUTHORIZATION, PATH

PATIENCE = 45.0
"""Seconds that an answer may take: longer than the slowest body may."""


class Sender:
    """Sends one request after the other; a connection that the other end closes is opened anew."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        self._port = port
        self._address = address
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def send(self, *parts: bytes, pause: float = 0.0) -> int | None:
        """What status such bytes are answered; None: the other end closed the connection, or broke down, without a word."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._answered(parts, pause)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            self.close()
            return None

    async def break_off(self, part: bytes) -> None:
        """Send this, and go away."""
        try:
            _, writer = await self._open()
            writer.write(part)
            await writer.drain()
        except OSError:
            pass  # it has ended, which whoever sends next finds out
        finally:
            self.close()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(self._address, 0))
        return self._streams

    async def _answered(self, parts: tuple[bytes, ...], pause: float) -> int:
        reader, writer = await self._open()
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        head = await reader.readuntil(b"\r\n\r\n")
        while head.startswith(b"HTTP/1.1 100"):
            head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if line)
        if not parts[0].startswith(b"HEAD "):
            await reader.readexactly(int(fields.get(b"content-length", b"0")))
        if fields.get(b"connection") == b"close":
            self.close()
        return int(head.split()[1])


def request(
    body: bytes, *headers: str, method: str = "POST", path: str = PATH, authorization: str | None = AUTHORIZATION
) -> bytes:
    """A request with that body; more headers as they stand."""
    fields = [f"{method} {path} HTTP/1.1", "Host: duebell.example.com", f"Content-Length: {len(body)}", *headers]
    if authorization is not None:
        fields.append(f"Authorization: {authorization}")
    return "\r\n".join((*fields, "", "")).encode("latin-1") + body
