"""Whether dispatchers move: what is woken looks for work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from duebell.espf.dispatcher import Dispatcher
from duebell.tasks import cancelled

STANDSTILL = 10.0
"""Seconds within which a dispatcher that is woken looks for work, however busy the machine is."""


async def standing_still(dispatchers: Mapping[str, Dispatcher]) -> list[str]:
    """Those of the dispatchers, by name, that don't move though they were woken."""
    moving = {asyncio.create_task(dispatcher.moves()): name for name, dispatcher in dispatchers.items()}
    if not moving:
        return []
    _, stuck = await asyncio.wait(moving, timeout=STANDSTILL)
    for task in stuck:
        await cancelled(task)
    return [moving[task] for task in stuck]
