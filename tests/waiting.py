"""Waiting for what other tasks bring about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object]) -> None:
    """Wait until it holds, for a minute at most: by then it never will.

    Raises:
        TimeoutError: it doesn't hold.
    """
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)
