"""The way to a host, a step at a time: its name, a connection, an encrypted one. Each failure is one of `Unreachable`."""

from __future__ import annotations

import asyncio
import socket
import ssl
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from duebell.handlers.odoo_crm.client import CONNECT_TIMEOUT
from duebell.handlers.odoo_crm.errors import ConnectionRefused, ConnectTimedOut, Evidence, NameUnknown, NotTls, TlsFailed
from duebell.handlers.odoo_crm.failure import tls_failure
from duebell.outbound.way import Encrypted


class Way:
    """The way to the host of a checked `API_URL`."""

    def __init__(self, api_url: str) -> None:
        parts = urlsplit(api_url)
        self.encrypted = parts.scheme == "https"
        self.host = parts.hostname or ""
        self.port = parts.port or (443 if self.encrypted else 80)
        self._evidence = Evidence(url=api_url)

    async def addresses(self) -> list[str]:
        """Return the host's IP addresses.

        Raises:
            NameUnknown: it has none.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                found = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NameUnknown(self._evidence) from error
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    async def connect(self) -> None:
        """Open a connection and close it.

        Raises:
            ConnectTimedOut, ConnectionRefused: it can't be opened.
        """
        await self._opened(None)

    async def encrypt(self, tls: ssl.SSLContext) -> Encrypted:
        """Open an encrypted connection and close it.

        Raises:
            TlsFailed: it can't be encrypted, or the certificate isn't to be trusted; the subclass says why.
        """
        try:
            session = await self._opened(tls)
        except (ssl.SSLError, ConnectionRefused, ConnectTimedOut) as error:
            kind = tls_failure(error) if isinstance(error, ssl.SSLError) else TlsFailed
            if kind is TlsFailed and await self._speaks_http():
                kind = NotTls
            raise kind(self._evidence) from error
        until = ssl.cert_time_to_seconds(str((session.getpeercert() or {})["notAfter"]))
        return Encrypted(session.version() or "TLS", datetime.fromtimestamp(until, UTC))

    async def speaks_tls(self) -> bool:
        """Whether the port takes an encrypted connection, whatever its certificate."""
        anyone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        anyone.check_hostname = False
        anyone.verify_mode = ssl.CERT_NONE  # nothing is sent: it is only asked whether this is TLS
        try:
            await self._opened(anyone)
        except (ssl.SSLError, ConnectionRefused, ConnectTimedOut):
            return False
        return True

    async def _speaks_http(self) -> bool:
        """Whether the port answers a plain request: Odoo's own just hangs up on a handshake."""
        request = f"GET /web/version HTTP/1.0\r\nHost: {self.host}\r\n\r\n".encode()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                reader, writer = await asyncio.open_connection(self.host, self.port)
                writer.write(request)
                answer = await reader.read(5)
                writer.transport.abort()
        except OSError:
            return False
        return answer == b"HTTP/"

    async def _opened(self, tls: ssl.SSLContext | None) -> ssl.SSLObject:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                _, writer = await asyncio.open_connection(self.host, self.port, ssl=tls)
        except TimeoutError as error:
            raise ConnectTimedOut(self._evidence) from error
        except ssl.SSLError:
            raise
        except OSError as error:
            raise ConnectionRefused(self._evidence) from error
        session: ssl.SSLObject = writer.get_extra_info("ssl_object")
        writer.transport.abort()
        return session


def is_this_machine(addresses: list[str]) -> bool:
    """Whether all addresses are loopback ones."""
    return all(ip_address(address.partition("%")[0]).is_loopback for address in addresses)
