"""Parts of a page, sent anew when they change: server-sent events, one for each part, named as the page's `sse-swap` names it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

from fastapi.responses import StreamingResponse

from duebell.console.live import Live
from duebell.console.overview import Seen
from duebell.errors import StorageError

LASTS = 300.0
"""Seconds until a stream ends: the browser asks again by itself, and whoever was logged out meanwhile isn't answered."""
QUIET = 10
"""Looks without a change after which something is sent all the same, so that one learns that the browser has gone."""

Parts = Mapping[str, str]
"""HTML, by the part's name."""


def streamed(live: Live[Seen], parts: Callable[[Seen], Parts], failed: Callable[[StorageError], Parts]) -> StreamingResponse:
    """Answer with the parts as they are, then with those that change; with what `failed` says while storage fails."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_changes(live, parts, failed), media_type="text/event-stream", headers=headers)


async def _changes(
    live: Live[Seen], parts: Callable[[Seen], Parts], failed: Callable[[StorageError], Parts]
) -> AsyncIterator[str]:
    clock = asyncio.get_running_loop().time
    ends, number, quiet = clock() + LASTS, 0, 0
    shown: dict[str, str] = {}
    yield "retry: 1000\n\n"
    while clock() < ends and not live.is_over:
        try:
            number, seen = await live.next(number)
            found = parts(seen)
        except StorageError as error:
            found = failed(error)
        changed = {name: html for name, html in found.items() if shown.get(name) != html}
        shown |= changed
        quiet = 0 if changed else quiet + 1
        for name, html in changed.items():
            yield _event(name, html)
        if quiet == QUIET:
            quiet = 0
            yield ": nothing new\n\n"


def _event(name: str, html: str) -> str:
    return "".join((f"event: {name}\n", *(f"data: {line}\n" for line in html.splitlines()), "\n"))
