"""The hosts that an operator allows although they lead to private addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

import httpx2

from duebell.outbound.url import checked_url, plain_host


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Hosts, each with one port or with all of them (None)."""

    entries: tuple[tuple[str, int | None], ...] = ()

    @classmethod
    def parse(cls, typed: str) -> Self:
        """Read a list, separated by commas or spaces: `crm.internal, 10.1.2.3:8443, [fd12::1]:443`.

        Raises:
            ValueError: a sentence that names the entry that can't be read.
        """
        return cls(tuple(dict.fromkeys(map(_entry, filter(None, re.split(r"[\s,]+", typed))))))

    def cover(self, host: str, port: int) -> bool:
        """Whether a host, spelt as in a URL, is allowed at a port."""
        try:
            name = plain_host(httpx2.URL(scheme="https", host=host))
        except (ValueError, httpx2.InvalidURL):
            return False
        return (name, None) in self.entries or (name, port) in self.entries

    def __str__(self) -> str:
        return ", ".join(_spelt(host, port) for host, port in self.entries)


def checked_allowed_hosts(typed: str) -> str:
    """Return the list as it is kept.

    Raises:
        ValueError: a sentence that names the entry that can't be read.
    """
    return str(AllowedHosts.parse(typed))


def _entry(text: str) -> tuple[str, int | None]:
    if "/" in text or "@" in text or "?" in text:
        raise ValueError(f"{text!r} is not a host: type a name or an IP address, with a port if only that one is allowed")
    try:
        url = httpx2.URL(checked_url(f"http://{text}"))
        explicit = httpx2.URL(f"x://{text}").port  # a scheme without a usual port, which would be left out
    except (ValueError, httpx2.InvalidURL):
        raise ValueError(
            f"{text!r} is not a host: type a name or an IP address, with a port if only that one is allowed"
        ) from None
    return plain_host(url), explicit


def _spelt(host: str, port: int | None) -> str:
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"
