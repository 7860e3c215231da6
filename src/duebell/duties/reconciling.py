"""Once a day each PortaBilling is compared with what is known of it; what never came is told by an alarm, or recorded by choice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from duebell.alarms.causes import MISSED
from duebell.errors import NotPossible, Unknown
from duebell.portabilling.api import PortaBillingError
from duebell.portabilling.options import DailyReconcile
from duebell.sources.reconciling import Reconciled, reconcile
from duebell.sources.sources import Sources
from duebell.storage import alarms
from duebell.storage.store import Store

log = structlog.get_logger(__name__)

DAILY = timedelta(days=1)
BACK = timedelta(days=3)
"""Invoices issued within so long are compared."""
SETTLING = timedelta(minutes=10)
"""Until a second look: what still differs then was not merely on its way. The first look is so long after a start, too."""


class Reconciling:
    """The duty over all sources; `run()` until cancelled. Where several processes share the store, the one that `leads` does it."""

    def __init__(
        self,
        store: Store,
        sources: Sources,
        now: Callable[[], datetime],
        leads: Callable[[], bool],
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._sources = sources
        self._now = now
        self._leads = leads
        self._wait = wait

    async def run(self) -> None:
        """Look once a day."""
        while True:
            await self._wait(SETTLING.total_seconds())
            if self._leads():
                await self.look()
                await self._wait(DAILY.total_seconds())

    async def look(self) -> None:
        """Compare each PortaBilling once, twice where something differs."""
        for environment in self._sources.daily():
            try:
                await self._look_at(environment)
            except (PortaBillingError, NotPossible, Unknown) as error:  # its own alarm says that it can't be read
                log.warning("PortaBilling not compared", environment=environment, because=str(error))

    async def _look_at(self, environment: str) -> None:
        report, left = await self._compared(environment, do=False), 0
        if report.customers:
            await self._wait(SETTLING.total_seconds())
            do = self._sources.daily().get(environment) is DailyReconcile.RECORD
            report = await self._compared(environment, do=do)
            left = report.unread if do else report.customers
        log.info("PortaBilling compared", environment=environment, customers=report.customers, recorded=report.recorded)
        sentence = _sentence(report) if left else None
        follow = partial(alarms.follow, cause=MISSED + environment, sentence=sentence, now=self._now())
        await asyncio.wrap_future(self._store.write(follow))

    async def _compared(self, environment: str, *, do: bool) -> Reconciled:
        async with self._sources.reader(environment) as reader:
            return await reconcile(reader, self._now() - BACK, lambda *_: None, self._now, do=do)


def _sentence(report: Reconciled) -> str:
    found = (
        f"Of {report.invoices} invoices issued in the last three days {report.missing} are not known here and {report.changed} are known "
        f"otherwise; of {report.listed} customers {report.condition} stand otherwise than known."
    )
    return f"{found} {report.unread} customers could not be read. {report.because}" if report.unread else found
