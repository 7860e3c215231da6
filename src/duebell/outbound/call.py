"""One POST to an operator's address: an answer, or the reason why there is none."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from duebell.outbound.errors import NotReached, failure
from duebell.outbound.url import shown_url
from duebell.trace import calling

LONGEST_ANSWER = 2**16
"""Bytes that are read so that the connection can be used again; of a longer answer it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, `headers` by lower-case name. The body isn't kept: it may repeat customers' data, and nobody needs it."""

    where: str
    status: int
    headers: Mapping[str, str]


async def post(client: httpx2.AsyncClient, url: str, body: bytes, headers: Mapping[str, str], *, patience: float) -> Answer:
    """Send and read the answer, both within `patience` seconds however slowly it trickles in.

    `client` is a guarded one. The call says which trace it belongs to. One that failed may have been taken all the same.

    Raises:
        NotReached: the subclass that says why no answer came.
    """
    where = shown_url(url)
    try:
        async with (
            asyncio.timeout(patience),
            client.stream("POST", url, content=body, headers={**headers, **calling()}) as response,
        ):
            await _drain(response)
            return Answer(where=where, status=response.status_code, headers=dict(response.headers))
    except (httpx2.RequestError, NotReached, TimeoutError) as error:
        raise failure(error, where) from error


async def _drain(response: httpx2.Response) -> None:
    read = 0
    async for chunk in response.aiter_raw():
        read += len(chunk)
        if read > LONGEST_ANSWER:
            return
