"""Calls to addresses that an operator gave us: guarded against being led into places that only this machine can reach (SSRF)."""

from __future__ import annotations

import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from duebell.outbound.allowed import AllowedHosts, checked_allowed_hosts
from duebell.outbound.call import Answer, post
from duebell.outbound.errors import AddressForbidden, NameUnknown, NoAnswer, NoConnection, NotReached, TlsFailed
from duebell.outbound.guard import Guard, Resolve, resolve
from duebell.outbound.transport import GuardedTransport
from duebell.outbound.url import checked_url, shown_url

__all__ = [
    "AddressForbidden",
    "AllowedHosts",
    "Answer",
    "NameUnknown",
    "NoAnswer",
    "NoConnection",
    "NotReached",
    "TlsFailed",
    "checked_allowed_hosts",
    "checked_url",
    "client",
    "post",
    "shown_url",
]

CONNECT_TIMEOUT = 5.0
"""Seconds at most, and for connecting and encrypting each at most a third of the whole: a call that is cut off in the middle of a
handshake would leave its socket open."""


def client(
    allowed: AllowedHosts,
    timeout: float,
    *,
    connections: int = 4,
    tls: ssl.SSLContext | None = None,
    resolve: Resolve = resolve,
) -> httpx2.AsyncClient:
    """Return a client that reaches public hosts by https, private ones only if they are `allowed` (those by http too).

    Every connection is made to an address that was checked just before. It follows no redirect (a caller that does is guarded there
    too), keeps no cookie, and takes no proxy or credentials from the environment. `timeout` is in seconds, for each read and write;
    a caller that wants a limit for the whole call sets one. `tls` replaces the authorities that this machine trusts.

    Its calls raise `AddressForbidden` where the guard refuses, else what httpx2 raises. Whoever makes it closes it (`aclose`).
    """
    context = tls or httpx2.create_ssl_context(trust_env=False)
    return httpx2.AsyncClient(
        transport=GuardedTransport(Guard(allowed, resolve), context, connections=connections),
        timeout=httpx2.Timeout(timeout, connect=min(timeout / 3, CONNECT_TIMEOUT)),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        trust_env=False,
    )
