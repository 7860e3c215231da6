"""An address that somebody typed for us to call: what it may look like. Where it leads is judged at each connection."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import httpx2

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_LONGEST_NAME = 253
_LAST_PORT = 65535
_EXAMPLE = "type it like https://example.com/hook"


def checked_url(typed: str) -> str:
    """Return the URL to keep: its host in lower case, in ASCII and without a final dot, its usual port left out.

    Raises:
        ValueError: a sentence that says what to type instead; a user or password in the text is never repeated.
    """
    url = _parsed(typed.strip())
    if url.userinfo:
        raise ValueError(f"leave out the user and password, each call is signed instead: {_EXAMPLE}")
    if "#" in typed:
        raise ValueError(f"leave out the # and what follows, it is never sent: {_EXAMPLE}")
    return str(url.copy_with(host=plain_host(url)))


def plain_host(url: httpx2.URL) -> str:
    """Return the URL's host in the one form in which hosts are compared: lower case, ASCII, no final dot, no brackets.

    Raises:
        ValueError: it has none, or one that can be read in more than one way, such as 0x7f.1 or 127.1.
    """
    host = url.raw_host.decode("ascii").lower()
    if ":" in host:
        return _ipv6(host)
    if len(host) > _LONGEST_NAME or not _NAME.fullmatch(host):
        raise ValueError(f"this has no valid host name: {_EXAMPLE}")
    host = host.removesuffix(".")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return _ipv4(host)
    return host


def shown_url(url: str) -> str:
    """Return what of a URL may stand in a log or an error: no user, no password, no query; they may hold secrets."""
    return str(httpx2.URL(url).copy_with(userinfo=b"", query=None, fragment=None))


def _parsed(text: str) -> httpx2.URL:
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        raise ValueError(f"this is not a web address: {_EXAMPLE}") from None
    if url.scheme not in {"http", "https"}:
        raise ValueError(f"begin with https:// (or with http://, for a private address that is allowed): {_EXAMPLE}")
    if url.port is not None and not 0 < url.port <= _LAST_PORT:
        raise ValueError(f"a port is a number from 1 to {_LAST_PORT}: {_EXAMPLE}")
    return url


def _ipv4(host: str) -> str:
    try:
        return str(IPv4Address(host))
    except AddressValueError:
        raise ValueError("an IP address is written as four plain numbers, like 192.168.1.10") from None


def _ipv6(host: str) -> str:
    try:
        address = IPv6Address(host)
    except AddressValueError:
        raise ValueError("this is not an IPv6 address: it is written in brackets, like [2001:db8::1]") from None
    if address.scope_id is not None:
        raise ValueError("leave out the % and what follows: link-local addresses are never called")
    return address.compressed
