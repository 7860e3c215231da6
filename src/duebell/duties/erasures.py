"""Forgetting customers: here at once, in targets as soon as they can be reached; what is still to be done outlives a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from duebell.alarms.causes import FORGETTING
from duebell.errors import NotConfigured
from duebell.espf.handler import ProvisioningError
from duebell.espf.queue import HandlerRow
from duebell.espf.target import TargetOf
from duebell.espf.upkeep import Forgetting
from duebell.storage import alarms
from duebell.storage.forgetting import OwedForgetting, begin, due, erase_reasons, erase_some, settle
from duebell.storage.queue import read_handler
from duebell.storage.raw_forgetting import forget_quarantined
from duebell.storage.store import Store
from duebell.tasks import set_within

log = structlog.get_logger(__name__)
T = TypeVar("T")

AGAIN, IDLE = 30.0, 600.0
"""Seconds between two looks: while a target couldn't be reached, and otherwise."""
PATIENCE = timedelta(hours=1)
"""How long it may be owed before a person is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenIn:
    """What became of it in a handler's target. Not `done`: it is owed there, and done again until it succeeds."""

    handler: str
    done: bool
    said: str


class Erasures:
    """Forgets customers here and in the targets of all handlers; `run()` does what is owed until cancelled."""

    def __init__(self, store: Store, target: TargetOf, now: Callable[[], datetime], leads: Callable[[], bool]) -> None:
        self._store = store
        self._target = target
        self._now = now
        self._leads = leads
        self._woken = asyncio.Event()
        self._may_stand = True

    async def forget(self, environment: str, customer: str, *, anyway: bool) -> tuple[int, list[ForgottenIn]]:
        """Forget him here, then try each target: how many waiting events were skipped, and what became of it elsewhere.

        Raises:
            Unknown: nobody of that id was ever here.
            NotPossible: something of his waits, and not `anyway`.
        """
        now = self._now()
        skipped = await self._write(partial(begin, environment=environment, customer=customer, now=now, anyway=anyway))
        await self._erase(environment, customer)
        owed = await asyncio.to_thread(self._store.read, partial(due, now=now))
        his = [one for one in owed if (one.environment, one.customer) == (environment, customer)]
        there = [await self._forget_there(one) for one in his]
        self._woken.set()
        return skipped, there

    async def run(self) -> None:
        """Do what is owed; a person is told of what stays so for long."""
        while True:
            self._woken.clear()
            left = self._leads() and await self.carry_out()
            if await set_within(self._woken, AGAIN if left else IDLE):
                await asyncio.sleep(AGAIN)

    async def carry_out(self) -> bool:
        """Try all that is owed now, once: whether anything is left."""
        stuck, left = None, False
        for owed in await asyncio.to_thread(self._store.read, partial(due, now=self._now())):
            await self._erase(owed.environment, owed.customer, owed.asked_at)  # that may have been interrupted
            there = await self._forget_there(owed)
            left |= not there.done
            if not there.done and self._now() - owed.asked_at > PATIENCE:
                stuck = f"A customer is still to be forgotten in {there.handler}. {there.said}"
        if stuck:
            await self._write(partial(alarms.stand, cause=FORGETTING, sentence=stuck, now=self._now()))
        elif self._may_stand:
            await self._write(partial(alarms.clear, cause=FORGETTING, now=self._now()))
        self._may_stand = stuck is not None
        return left

    async def _erase(self, environment: str, customer: str, before: datetime | None = None) -> None:
        while await self._write(partial(erase_some, environment=environment, customer=customer, before=before)):
            pass
        await self._write(partial(erase_reasons, environment=environment, customer=customer))
        quarantined = partial(forget_quarantined, environment=environment, customer=customer, before=before)
        after: int | None = 0
        while after is not None:
            after = await self._write(partial(quarantined, now=self._now(), after=after))

    async def _forget_there(self, owed: OwedForgetting) -> ForgottenIn:
        row = await asyncio.to_thread(self._store.read, partial(read_handler, handler_id=owed.handler))
        done, said = await self._asked(row, owed)
        await self._write(partial(settle, owed=owed, answer=said, done_at=self._now() if done else None))
        if not done:
            log.warning("not forgotten yet", handler=row.name, because=said)
        return ForgottenIn(handler=row.name, done=done, said=said)

    async def _asked(self, row: HandlerRow, owed: OwedForgetting) -> tuple[bool, str]:
        try:
            async with self._target(row) as target:
                if not isinstance(target, Forgetting):
                    return True, "Nothing can be erased there from here: ask whoever runs it."
                there = await target.forget(owed.environment, owed.customer)
        except (ProvisioningError, NotConfigured) as error:
            return False, str(error)
        erased = f"{there.events} events and {there.messages} messages were emptied."
        return True, " ".join([erased, *there.left])

    async def _write(self, unit: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._store.write(unit))
