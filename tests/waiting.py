"""Waiting for what other tasks bring about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any


async def until(condition: Callable[[], object]) -> None:
    """Wait until it holds, for a minute at most: by then it never will.

    Raises:
        TimeoutError: it doesn't hold; a note says where each task stands.
    """
    async with within(60):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Do it in this time.

    Raises:
        TimeoutError: it took longer; a note says where each task stands.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        error.add_note("\n".join(f"{task.get_name()}: {_where(task.get_coro())}" for task in asyncio.all_tasks()))
        raise


def _where(coroutine: Coroutine[Any, Any, Any] | None) -> str:
    """The lines at which it waits, the outermost first."""
    lines = []
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        lines.append(f"{frame.f_code.co_qualname} line {frame.f_lineno}")
        coroutine = coroutine.cr_await
    return " > ".join(lines)
