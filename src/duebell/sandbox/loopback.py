"""Loopback, the only place where the sandbox listens and the only one it calls."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx2

from duebell.errors import InvalidValue, NotPossible


def is_loopback(host: str) -> bool:
    """Whether `host` is `localhost` or an address in 127.0.0.0/8 or ::1; other names are not looked up."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_loopback_url(url: str) -> bool:
    """Whether `url` is http or https to a loopback host; an ill-formed one is not."""
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        return False
    return parsed.scheme in {"http", "https"} and is_loopback(parsed.host)


def loopback_socket(host: str, port: int) -> socket.socket:
    """Return a TCP socket that listens on `host`, a loopback address, and `port`, 0 for a free one.

    Raises InvalidValue for a host beyond loopback, NotPossible for a port that can't be had.
    """
    address = _loopback_address(host)
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004  IP's own two versions
    # By the protocol asyncio knows TCP, and lets the two halves of an answer leave without 40 ms between them.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((str(address), port))
        bound.listen()  # who calls before a server has taken the socket over waits instead of being refused
    except (OSError, OverflowError) as error:
        bound.close()
        message = f"Port {port} on {address} can't be opened ({_reason(error)}): give another one, or 0 for a free one."
        raise NotPossible(message) from error
    return bound


def authority(bound: socket.socket) -> str:
    """Return `host:port` of a bound socket, as a URL spells it."""
    host, port = bound.getsockname()[:2]
    return f"[{host}]:{port}" if bound.family == socket.AF_INET6 else f"{host}:{port}"


def _loopback_address(host: str) -> IPv4Address | IPv6Address:
    if not is_loopback(host):
        message = f"The sandbox listens on loopback only: give 127.0.0.1 or ::1 instead of {host!r}."
        raise InvalidValue(message)
    return ip_address("127.0.0.1" if host == "localhost" else host)


def _reason(error: OSError | OverflowError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else "ports go from 0 to 65535"
