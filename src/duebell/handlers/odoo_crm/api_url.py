"""The address of an Odoo, as people paste it and as it is kept: scheme, host and port, nothing else."""

from __future__ import annotations

import re
from ipaddress import IPv6Address

import httpx2

_PAGES_OF_ODOO = re.compile(r"/*(?:(?:odoo|web|json|jsonrpc|xmlrpc)(?:/.*)?)?", re.DOTALL)
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?", re.IGNORECASE)
_LAST_PORT = 65535
_DEFAULT_PORTS = {"http": 80, "https": 443}
_EXAMPLE = "type it like https://odoo.example.com"


def checked_api_url(typed: str) -> str:
    """Return the origin to keep, for example `https://odoo.example.com` or `http://127.0.0.1:8069`.

    A trailing slash and the paths of Odoo's own pages (`/odoo…`, `/web…`, `/json/2…`) are cut off.

    Raises:
        ValueError: a sentence that says what to type instead; a user or password in the text is never repeated.
    """
    typed = typed.strip()
    if "://" not in typed:
        raise ValueError(f"the scheme is missing: type {_origin(_parsed(f'https://{typed}'))}")
    url = _parsed(typed)
    origin = _origin(url)
    if url.userinfo:
        raise ValueError(f"leave out the user and password, the key is all that Odoo needs: type {origin}")
    if url.query or url.fragment or "?" in typed or "#" in typed:
        raise ValueError(f"leave out everything after the host: type {origin}")
    if not _PAGES_OF_ODOO.fullmatch(url.path):
        raise ValueError(f"Odoo answers at the root of its host, not under a path: type {origin}")
    return origin


def _parsed(text: str) -> httpx2.URL:
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL:
        raise ValueError(f"this is not a web address: {_EXAMPLE}") from None
    if url.scheme not in {"http", "https"}:
        raise ValueError(f"Odoo is reached by https:// (or http://), not by another scheme: {_EXAMPLE}")
    if not _is_host(url.raw_host.decode("ascii")):
        raise ValueError(f"this has no valid host name: {_EXAMPLE}")
    if url.port is not None and not 0 < url.port <= _LAST_PORT:
        raise ValueError(
            f"a port is a number from 1 to {_LAST_PORT}: {_EXAMPLE}, or with a port like https://odoo.example.com:8443"
        )
    return url


def _is_host(host: str) -> bool:
    if ":" not in host:
        return _HOST_NAME.fullmatch(host) is not None
    try:
        IPv6Address(host)
    except ValueError:
        return False
    return True


def _origin(url: httpx2.URL) -> str:
    host = url.raw_host.decode("ascii").lower()
    host = f"[{host}]" if ":" in host else host
    port = "" if url.port in {None, _DEFAULT_PORTS[url.scheme]} else f":{url.port}"
    return f"{url.scheme}://{host}{port}"
