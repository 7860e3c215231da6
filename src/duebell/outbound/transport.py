"""HTTP that reaches only what the guard allows: connections go to the very addresses that were checked.

The guard sits where a connection is opened, so neither a redirect nor a name that resolves otherwise the next time leads past it.
The host name stays what TLS asks for and what the certificate must be for.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager

import httpcore2
import httpx2

from duebell.outbound.connection import Connection
from duebell.outbound.guard import Guard

KEEP_ALIVE = 30.0
"""Seconds that an idle connection is kept open."""

_ERRORS: Mapping[type[Exception], type[httpx2.RequestError]] = {
    httpcore2.ConnectTimeout: httpx2.ConnectTimeout,
    httpcore2.ReadTimeout: httpx2.ReadTimeout,
    httpcore2.WriteTimeout: httpx2.WriteTimeout,
    httpcore2.PoolTimeout: httpx2.PoolTimeout,
    httpcore2.ConnectError: httpx2.ConnectError,
    httpcore2.ReadError: httpx2.ReadError,
    httpcore2.WriteError: httpx2.WriteError,
    httpcore2.LocalProtocolError: httpx2.LocalProtocolError,
    httpcore2.RemoteProtocolError: httpx2.RemoteProtocolError,
}


class GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """Opens connections to addresses that the guard has checked, in their order until one accepts."""

    def __init__(self, guard: Guard, *, encrypted: bool) -> None:
        self._guard = guard
        self._encrypted = encrypted

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, check, connect.

        Raises:
            AddressForbidden: the guard refuses the host.
            httpcore2.ConnectError, httpcore2.ConnectTimeout: no address accepts.
        """
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._guard.addresses(host, port, encrypted=self._encrypted)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(str(error)) from error
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(str(error)) from error
        share = None if timeout is None else timeout / len(addresses)
        return await self._first_that_accepts(addresses, port, share, local_address, socket_options)

    async def _first_that_accepts(
        self,
        addresses: Iterable[str],
        port: int,
        share: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None,
    ) -> httpcore2.AsyncNetworkStream:
        last: Exception = httpcore2.ConnectError("the host has no address")
        for address in addresses:
            try:
                return await Connection.open(address, port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                last = error
        raise last


class GuardedTransport(httpx2.AsyncBaseTransport):
    """What an `httpx2.AsyncClient` sends through: pooled, HTTP/1.1, no proxies, https and http kept apart."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext, *, connections: int) -> None:
        self._pools = {
            scheme: httpcore2.AsyncConnectionPool(
                ssl_context=tls,
                max_connections=connections,
                max_keepalive_connections=connections,
                keepalive_expiry=KEEP_ALIVE,
                network_backend=GuardedNetwork(guard, encrypted=scheme == "https"),
            )
            for scheme in ("https", "http")
        }

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request.

        Raises:
            AddressForbidden: the guard refuses the host.
            httpx2.RequestError: no answer came.
        """
        if request.url.scheme not in self._pools:
            raise httpx2.UnsupportedProtocol(f"{request.url.scheme}:// is not called.", request=request)
        with as_httpx2():
            response = await self._pools[request.url.scheme].handle_async_request(_sent(request))
        return httpx2.Response(
            response.status, headers=response.headers, stream=_Answer(response), extensions=response.extensions
        )

    async def aclose(self) -> None:
        """Give connections back."""
        for pool in self._pools.values():
            await pool.aclose()


class _Answer(httpx2.AsyncByteStream):
    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with as_httpx2():
            async for part in self._response.aiter_stream():
                yield part

    async def aclose(self) -> None:
        await self._response.aclose()


def _sent(request: httpx2.Request) -> httpcore2.Request:
    if not isinstance(request.stream, AsyncIterable):
        raise httpx2.LocalProtocolError("The content of an asynchronous call must be given asynchronously.", request=request)
    url = request.url
    return httpcore2.Request(
        request.method,
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions=request.extensions,
    )


@contextmanager
def as_httpx2() -> Iterator[None]:
    """Tell errors of the connections as errors of the client."""
    try:
        yield
    except tuple(_ERRORS) as error:
        raise _ERRORS[type(error)](str(error)) from error
