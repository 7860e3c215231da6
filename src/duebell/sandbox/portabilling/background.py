"""Work that goes on beside everything else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress

log = logging.getLogger(__name__)


@asynccontextmanager
async def in_the_background(work: Coroutine[None, None, None], name: str) -> AsyncIterator[None]:
    """Do it for the length of the block. If it fails, that is logged at once, and raised when the block ends."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_log_failure)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception():
        log.error("%s failed, and doesn't go on", task.get_name(), exc_info=task.exception())
