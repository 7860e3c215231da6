"""The questions of Verify about the way to an operator's address, the same for whatever answers there."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from duebell.configuration.question import Finding, failed, passed
from duebell.outbound import AllowedHosts
from duebell.outbound.way import Encrypted, Way

CERTIFICATE_WARNING = timedelta(days=30)
"""So long before a certificate ends its renewal is urged."""


class OnTheWay(Protocol):
    """What an inquiry has once its URL was found to be one."""

    way: Way
    tls: ssl.SSLContext

    def now(self) -> datetime:
        """The moment (aware)."""


def address(way: Way, option: str, allowed: AllowedHosts) -> Finding:
    """Whether the URL that the option holds may be called, encrypted or not."""
    if not way.encrypted and not allowed.cover(way.host, way.port):
        return failed(
            "http:// is for private hosts that are allowed only, and this one isn't named in Allowed_Hosts.",
            f"Begin {option} with https://, or name the private host in Allowed_Hosts.",
        )
    return passed(f"{way.host}, port {way.port}")


async def name(inquiry: OnTheWay) -> Finding:
    """Whether the host name resolves, and may be called."""
    return passed(f"{inquiry.way.host} is {', '.join(await inquiry.way.addresses())}")


async def reachable(inquiry: OnTheWay) -> Finding:
    """Whether the host accepts connections."""
    await inquiry.way.connect()
    return passed(f"port {inquiry.way.port} accepts connections")


async def encryption(inquiry: OnTheWay, remedy: Callable[[str], Finding], early: timedelta = CERTIFICATE_WARNING) -> Finding:
    """Whether the connection is encrypted, where it has to be; see `certificate`."""
    if not inquiry.way.encrypted:
        return passed("not encrypted, as is allowed for private hosts")
    return certificate(await inquiry.way.encrypt(inquiry.tls), inquiry.now(), remedy, early)


def certificate(
    encrypted: Encrypted, now: datetime, remedy: Callable[[str], Finding], early: timedelta = CERTIFICATE_WARNING
) -> Finding:
    """How long the certificate is valid; `remedy` says, given what was found, what to do about one that ends within `early`."""
    found = f"{encrypted.protocol}, the certificate is valid until {encrypted.valid_until:%Y-%m-%d}"
    return remedy(found) if encrypted.valid_until - now <= early else passed(found)
