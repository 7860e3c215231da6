"""The way to an operator's address, a step at a time, for Verify: its name, a connection, an encrypted one; guarded as calls are."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import httpcore2
import httpx2

from duebell.outbound.errors import NameUnknown, TlsFailed, failure
from duebell.outbound.guard import Guard
from duebell.outbound.transport import GuardedNetwork, as_httpx2
from duebell.outbound.url import shown_url

PATIENCE = 5.0
"""Seconds for each step."""


@dataclass(frozen=True, slots=True)
class Encrypted:
    """An encrypted connection was made: its protocol, and until when (UTC) the host's certificate is valid."""

    protocol: str
    valid_until: datetime


class Way:
    """The way to the host of a checked URL. Every failure is one of `NotReached`."""

    def __init__(self, url: str, guard: Guard) -> None:
        parts = httpx2.URL(url)
        self.encrypted = parts.scheme == "https"
        self.host = parts.raw_host.decode("ascii")
        self.port = parts.port or (443 if self.encrypted else 80)
        self._where = shown_url(url)
        self._guard = guard
        self._network = GuardedNetwork(guard, encrypted=self.encrypted)

    async def addresses(self) -> Sequence[str]:
        """Return the host's IP addresses.

        Raises:
            AddressForbidden, NameUnknown: it must not be called, or has none.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._guard.addresses(self.host, self.port, encrypted=self.encrypted)
        except (OSError, UnicodeError) as error:
            raise NameUnknown(self._where) from error

    async def connect(self) -> None:
        """Open a connection and close it.

        Raises:
            NoConnection: it can't be opened.
        """
        await (await self._connected()).aclose()

    async def encrypt(self, tls: ssl.SSLContext) -> Encrypted:
        """Open an encrypted connection and close it.

        Raises:
            TlsFailed: it can't be encrypted, or the certificate isn't to be trusted.
        """
        stream = await self._connected()
        try:
            with as_httpx2():
                secured = await stream.start_tls(tls, self.host, PATIENCE)
        except httpx2.RequestError as error:
            why = failure(error, self._where)
            raise (why if isinstance(why, TlsFailed) else TlsFailed(self._where, "it hung up")) from error
        session: ssl.SSLObject = secured.get_extra_info("ssl_object")
        until = ssl.cert_time_to_seconds(str((session.getpeercert() or {})["notAfter"]))
        encrypted = Encrypted(session.version() or "TLS", datetime.fromtimestamp(until, UTC))
        await secured.aclose()
        return encrypted

    async def _connected(self) -> httpcore2.AsyncNetworkStream:
        try:
            with as_httpx2():
                return await self._network.connect_tcp(self.host, self.port, PATIENCE)
        except httpx2.RequestError as error:
            raise failure(error, self._where) from error
