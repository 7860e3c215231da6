"""Retrying all that is put off, a few at a time."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from duebell.storage.event_filter import EventFilter
from duebell.storage.retry import put_off, retry

if TYPE_CHECKING:
    from duebell.instance import Instance

STEP = 500
"""Lines a unit of work."""


async def retry_all(instance: Instance, wanted: EventFilter) -> int:
    """What the filter means and waits for a later moment is due at once; how many customers' lines that sets going.

    Raises:
        Unknown, InvalidValue: the filter names what there can't be, or what doesn't wait.
    """
    now = instance.now()
    rows = await instance.read(partial(put_off, wanted=wanted, now=now))
    return sum(
        [
            await instance.write(partial(retry, rows=rows[start : start + STEP], now=now))
            for start in range(0, len(rows), STEP)
        ]
    )
