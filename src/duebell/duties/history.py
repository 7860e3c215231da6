"""History that ends: what was told and settled long enough ago goes, a little at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from duebell.storage.known import let_go
from duebell.storage.raw_history import expire_raw
from duebell.storage.retention import expire
from duebell.storage.store import Store

log = structlog.get_logger(__name__)
T = TypeVar("T")

EVERY = 3600.0
"""Seconds until it is looked again for what is old enough."""

Before = Callable[[Connection], Mapping[str, datetime]]
"""By environment the moment before which history goes."""


class History:
    """Lets it go; `run()` until cancelled. What is kept for how long is read anew for each unit of work."""

    def __init__(self, store: Store, before: Before, leads: Callable[[], bool]) -> None:
        self._store = store
        self._before = before
        self._leads = leads

    async def run(self) -> None:
        """Look, again and again."""
        while True:
            await self._let_events_go()
            while self._leads() and await self._write(partial(let_go, before=await self._moments())):
                log.debug("letting go of settled invoices goes on")
            while self._leads() and await self._write(partial(expire_raw, before=await self._moments())) > 0:
                log.debug("letting go of raw events goes on")
            await asyncio.sleep(EVERY)

    async def _let_events_go(self) -> None:
        after: int | None = 0
        while self._leads() and after is not None:
            after = (await self._write(partial(expire, before=await self._moments(), after=after))).upto

    async def _moments(self) -> Mapping[str, datetime]:
        return await asyncio.to_thread(self._store.read, self._before)

    async def _write(self, unit: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._store.write(unit))
