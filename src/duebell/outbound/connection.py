"""Connections of the HTTP client over asyncio's own streams.

The client's usual ones send head and body of a call apart, begin and end to listen anew for each, and ask the system of every idle
connection whether it still stands: of a small call most of the time went there (`make bench ONLY=portabilling`).
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

import httpcore2

WAITS = 65_536
"""Bytes that wait at most for the rest of their request."""


class Connection(httpcore2.AsyncNetworkStream):
    """What is written waits until something is read, or for `WAITS` bytes, so that a call leaves in one piece."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, beneath: Connection | None = None
    ) -> None:
        """`beneath`: the plain one under an encrypted one, which would be closed if nobody held it."""
        self._reader = reader
        self._writer = writer
        self._beneath = beneath
        self._waits = bytearray()

    @classmethod
    async def open(
        cls,
        address: str,
        port: int,
        timeout: float | None,  # noqa: ASYNC109 - the library's way
        local_address: str | None = None,
        options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> Self:
        """Open one to an IP address; `timeout` in seconds.

        Raises:
            httpcore2.ConnectTimeout: nobody answered in time.
            httpcore2.ConnectError: it was refused, or there is no way there.
        """
        local = (local_address, 0) if local_address else None
        async with _within(timeout, httpcore2.ConnectTimeout, httpcore2.ConnectError):
            reader, writer = await asyncio.open_connection(address, port, local_addr=local)
        for option in options or ():
            writer.get_extra_info("socket").setsockopt(*option)
        return cls(reader, writer)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - the library's signature
        await self._leave(timeout)
        async with _within(timeout, httpcore2.ReadTimeout, httpcore2.ReadError):
            return await self._reader.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the library's signature
        self._waits += buffer
        if len(self._waits) >= WAITS:
            await self._leave(timeout)

    async def aclose(self) -> None:
        self._writer.transport.abort()
        with suppress(OSError):  # that it broke was told to whoever read or wrote
            await self._writer.wait_closed()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
    ) -> httpcore2.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            async with _within(timeout, httpcore2.ConnectTimeout, httpcore2.ConnectError):
                transport = await loop.start_tls(
                    self._writer.transport, protocol, ssl_context, server_hostname=server_hostname
                )
        except BaseException:
            self._writer.transport.abort()  # nobody hears of its end: the encryption has taken its place
            raise
        assert transport is not None  # noqa: S101 - only where the connection is lost meanwhile, which raises
        protocol.connection_made(transport)
        return Connection(reader, asyncio.StreamWriter(transport, protocol, reader, loop), beneath=self)

    def get_extra_info(self, info: str) -> Any:
        match info:
            case "is_readable":  # asked of an idle connection: the other side has hung up
                return self._reader.at_eof() or self._reader.exception() is not None
            case "client_addr":
                return self._writer.get_extra_info("sockname")
            case "server_addr":
                return self._writer.get_extra_info("peername")
            case _:
                return self._writer.get_extra_info(info)

    async def _leave(self, timeout: float | None) -> None:  # noqa: ASYNC109 - the library's way
        if not self._waits:
            return
        waits, self._waits = bytes(self._waits), bytearray()
        self._writer.write(waits)
        async with _within(timeout, httpcore2.WriteTimeout, httpcore2.WriteError):
            await self._writer.drain()


@asynccontextmanager
async def _within(
    timeout: float | None,  # noqa: ASYNC109 - the library's way
    too_late: type[httpcore2.TimeoutException],
    failed: type[httpcore2.NetworkError],
) -> AsyncIterator[None]:
    """So many seconds for the block, and its errors as the library's."""
    try:
        async with asyncio.timeout(timeout):
            yield
    except TimeoutError as error:
        raise too_late(str(error)) from error
    except OSError as error:
        raise failed(str(error)) from error
