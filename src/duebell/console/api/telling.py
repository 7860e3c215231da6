"""Long work over HTTP: JSON lines that tell how far it is, and last what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import structlog
from fastapi.responses import StreamingResponse
from pydantic_core import to_json

from duebell.errors import DuebellError

log = structlog.get_logger(__name__)

Tell = Callable[[int, int], None]
"""Tells how much is done, and of how much; from any thread."""


def told(work: Callable[[Tell], Awaitable[dict[str, Any]]]) -> StreamingResponse:
    """Answer with `{"done": …, "of": …}` lines while it goes on; the last line is what it returned.

    If it couldn't be done, the last line is `{"failed": …}` with the sentence that says why.
    """

    async def lines() -> AsyncIterator[bytes]:
        async for line in going_on(work):
            yield to_json(line) + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


async def going_on(work: Callable[[Tell], Awaitable[dict[str, Any]]]) -> AsyncIterator[dict[str, Any]]:
    """The same lines; whoever asks no further ends the work."""
    loop = asyncio.get_running_loop()
    told_so_far: asyncio.Queue[dict[str, int] | None] = asyncio.Queue()

    def tell(done: int, of: int) -> None:
        loop.call_soon_threadsafe(told_so_far.put_nowait, {"done": done, "of": of})

    async def run() -> dict[str, Any]:
        try:
            return await work(tell)
        except DuebellError as error:
            return {"failed": str(error)}
        except Exception as bug:  # the answer has begun: its last line is where a person sees it
            log.exception("internal error")
            return {"failed": f"An internal error ({type(bug).__name__}); the log tells more."}
        finally:
            loop.call_soon(told_so_far.put_nowait, None)

    running = asyncio.create_task(run())
    try:
        while (line := await told_so_far.get()) is not None:
            yield line
        yield await running
    finally:
        running.cancel()  # whoever asked has gone, or it is done
