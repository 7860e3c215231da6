"""The guard: resolves a host once per connection and says which of its addresses may be called."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

from duebell.outbound.address import Kind, Reach, kind_of
from duebell.outbound.allowed import AllowedHosts
from duebell.outbound.errors import AddressForbidden

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to IP addresses, best first; raises OSError when there are none."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask this machine's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Guard:
    """Judges hosts by the addresses that they lead to, all of them: a name must not have a harmless one beside a forbidden one."""

    def __init__(self, allowed: AllowedHosts, resolve: Resolve = resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve

    async def addresses(self, host: str, port: int, *, encrypted: bool) -> Sequence[str]:
        """Return the host's IP addresses; whoever connects must connect to one of these and not resolve again.

        Raises:
            AddressForbidden: one of them must not be called, or not without encryption.
            OSError: it has none.
        """
        found = await self._resolve(host, port)
        if not found:
            raise OSError(f"{host} has no address")
        allowed = self._allowed.cover(host, port)
        for address in found:
            kind = kind_of(address)
            because = _forbidden(kind, allowed=allowed, encrypted=encrypted)
            if because:
                raise AddressForbidden(f"{host}:{port} leads to {address}, {kind.words}{because}")
        return found


def _forbidden(kind: Kind, *, allowed: bool, encrypted: bool) -> str | None:
    if kind.reach is Reach.NEVER:
        return ", which is never called"
    if kind.reach is Reach.PRIVATE and not allowed:
        return ", and isn't named in Allowed_Hosts"
    if kind.reach is Reach.PUBLIC and not encrypted:
        return ", and http:// would show the call to everybody on the way"
    return None
