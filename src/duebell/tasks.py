"""Tasks that go on for as long as the service does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from duebell.errors import StorageError

log = structlog.get_logger(__name__)

RESTART_WAIT = 5.0
"""Seconds before what failed is started again."""

Alarm = Callable[[str, str], object]
"""Sound an alarm: its cause, and a sentence."""


async def keep_running(name: str, run: Callable[[], Awaitable[None]], alarm: Alarm) -> None:
    """Run until it returns; when it fails say so, loudly, and start it again."""
    while True:
        try:
            await run()
        except StorageError as error:
            log.error("storage failed", task=name, because=str(error))  # noqa: TRY400 - the sentence says all
        except Exception as bug:
            log.exception("internal error", task=name)
            alarm(
                f"internal {name}",
                f"{name} failed with an internal error ({type(bug).__name__}) and was started again; the log tells more.",
            )
        else:
            return
        await asyncio.sleep(RESTART_WAIT)


async def cancelled(task: asyncio.Task[None]) -> None:
    """End a task and wait until it has ended."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
