"""One call to an address of the group's, through the guard."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

import httpx2

from duebell import outbound
from duebell.alarms.channel import NotTold

TIMEOUT = 15.0
"""Seconds that a call may take."""


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    allowed: outbound.AllowedHosts,
    tls: ssl.SSLContext | None = None,
) -> int:
    """Make it; return the status of the answer (2xx). `tls` replaces the authorities that this machine trusts.

    Raises:
        NotTold: no answer came, or another one. The URL's path and query aren't repeated: a watchdog's are a secret.
    """
    host = str(httpx2.URL(url).copy_with(path="/", query=None))
    async with outbound.client(allowed, TIMEOUT, connections=1, tls=tls) as client:
        try:
            answer = await outbound.post(client, url, body, headers, patience=TIMEOUT)
        except outbound.NotReached as error:
            raise NotTold(error.found.replace(outbound.shown_url(url), host), error.hint) from None
    if not httpx2.codes.is_success(answer.status):
        raise NotTold(f"{host} answers with HTTP {answer.status}.", "Let it answer 2xx to what Duebell posts.")
    return answer.status
