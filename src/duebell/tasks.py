"""Tasks that go on for as long as the service does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import structlog

from duebell.errors import StorageError

log = structlog.get_logger(__name__)
T = TypeVar("T")

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


async def for_each(these: Iterable[T], do: Callable[[T], Awaitable[None]], *, at_once: int) -> None:
    """Do it for each of these, so many at once; the first error ends all, and is raised."""
    rest = iter(these)

    async def go_on() -> None:
        for one in rest:
            await do(one)

    tasks = [asyncio.create_task(go_on()) for _ in range(at_once)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            await cancelled(task)


async def set_within(event: asyncio.Event, seconds: float | None) -> bool:
    """Wait for the event, but no longer than so many seconds (None: however long it takes); whether it is set then."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()


async def cancelled(task: asyncio.Task[None]) -> None:
    """End a task and wait until it has ended."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
