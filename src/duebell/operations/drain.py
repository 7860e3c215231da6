"""Draining a handler: what it is owed now is delivered, then it is paused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from duebell.errors import NotPossible
from duebell.espf.queue import HandlerRow
from duebell.storage.audit import note
from duebell.storage.handlers import named
from duebell.storage.owed import waiting_up_to
from duebell.storage.replay import latest
from duebell.storage.switches import pause, reason

if TYPE_CHECKING:
    from duebell.instance import Instance

LOOK = 1.0
"""Seconds between two looks at what is left."""


async def drain(instance: Instance, who: str, name: str, because: str, tell: Callable[[int, int], None]) -> HandlerRow:
    """Wait until all that the handler is owed now has settled, then pause it; `tell` hears how much has, and of how much.

    What is recorded meanwhile may leave too, or stay owed. If this is cancelled, the handler goes on as before.

    Raises:
        Unknown: there is no such handler.
        InvalidValue: no reason.
        NotPossible: it takes nothing, or no longer, or nothing is delivered; it isn't paused then.
    """
    because = reason(because)
    last = await instance.read(latest)
    of: int | None = None
    while True:
        row = await instance.read(partial(named, name=name))
        left = await instance.read(partial(waiting_up_to, handler_id=row.id, last=last))
        of = left if of is None else of
        tell(of - left, of)
        if not left:
            return await instance.write(partial(_pause, at=instance.now(), who=who, name=name, because=because))
        if obstacle := _obstacle(row, dispatching=instance.is_dispatching):
            raise NotPossible(f"{name} can't be drained: {obstacle} Events that wait: {left}. It was not paused.")
        await asyncio.sleep(LOOK)


def _pause(connection: Connection, *, at: datetime, who: str, name: str, because: str) -> HandlerRow:
    row = pause(connection, name, because, at)
    note(connection, at=at, who=who, action="drained a handler", subject=name)
    return row


def _obstacle(row: HandlerRow, *, dispatching: bool) -> str | None:
    if not dispatching:
        return "nothing is delivered now, since `duebell serve` does not run here."
    if not row.enabled:
        return "it is disabled."
    if row.paused_at is not None:
        return f"it is paused already ({row.paused_because}); resume it first."
    return None if row.is_taking else f"it is {row.state}: {row.because}"
