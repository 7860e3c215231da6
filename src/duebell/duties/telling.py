"""Whether customers are told at all: the stop, and the targets that have to hold back what they were given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from duebell.alarms.causes import HOLD
from duebell.errors import NotConfigured
from duebell.espf.agreement import Holding
from duebell.espf.handler import ProvisioningError
from duebell.espf.queue import HandlerRow
from duebell.espf.target import TargetOf
from duebell.storage import alarms
from duebell.storage.audit import note
from duebell.storage.queue import read_handler
from duebell.storage.stops import Hold, Stop, begin_stop, end_stop, holds, owed_holds, settle_hold, stop_in_force
from duebell.storage.store import Store
from duebell.tasks import set_within

log = structlog.get_logger(__name__)
T = TypeVar("T")

AGAIN, IDLE = 2.0, 15.0
"""Seconds between two looks: while a target didn't do what is owed, and otherwise."""
CONFIRM_AFTER = timedelta(minutes=1)
"""How often a target that holds is asked to hold again: it may have been restored from before."""
AT_MOST = 5.0
"""Seconds that a target may take to answer: whoever stops waits for it."""
PATIENCE = timedelta(seconds=10)
"""How long it may be owed before a person is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Whether customers are told: `stop` none: they are. `holds`: what each handler's target was last asked to do, and did."""

    stop: Stop | None
    holds: Sequence[Hold]


class Tellings:
    """Stops and starts that customers are told; `run()` sees to it that every target does its part, until cancelled."""

    def __init__(self, store: Store, target: TargetOf, now: Callable[[], datetime], leads: Callable[[], bool]) -> None:
        self._store = store
        self._target = target
        self._now = now
        self._leads = leads
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Somebody stopped or started it, perhaps in another process."""
        self._woken.set()

    async def now(self) -> Telling:
        """How it is."""
        return await asyncio.to_thread(self._store.read, _telling)

    async def stop(self, because: str, who: str) -> Telling:
        """Tell nobody from now on; answers once targets that can be reached hold back what they were given.

        Raises:
            InvalidValue: no reason.
        """
        at = self._now()

        def unit(connection: Connection) -> None:
            begin_stop(connection, because, who, at)
            note(connection, at=at, who=who, action="stopped telling customers", detail=because.strip())

        await self._write(unit)
        return await self._soon()

    async def start(self, who: str) -> Telling:
        """Tell customers again: what is still true and worth telling.

        Raises:
            NotPossible: they are told.
        """
        at = self._now()

        def unit(connection: Connection) -> None:
            end_stop(connection, who, at)
            note(connection, at=at, who=who, action="started telling customers")

        await self._write(unit)
        return await self._soon()

    async def run(self) -> None:
        """Do what is owed, and confirm what was done."""
        while True:
            self._woken.clear()
            left = self._leads() and await self.carry_out()
            await set_within(self._woken, AGAIN if left else IDLE)

    async def carry_out(self) -> bool:
        """Ask every target that owes something, all at once: whether anything is left."""
        owed = await self._write(partial(owed_holds, now=self._now(), confirm_after=CONFIRM_AFTER))
        return not all(await asyncio.gather(*map(self._carry_out, owed)))

    async def _soon(self) -> Telling:
        """How it is once the targets have answered, or took too long to."""
        await self.carry_out()
        self.wake()
        return await self.now()

    async def _carry_out(self, owed: Hold) -> bool:
        row = await asyncio.to_thread(self._store.read, partial(read_handler, handler_id=owed.handler_id))
        telling = await self.now()
        done, said = await self._asked(row, owed, telling.stop.because if telling.stop else "")
        await self._write(partial(self._settle, row=row, owed=owed, done=done, said=said))
        if not done:
            log.warning("not held" if owed.wanted else "not released", handler=row.name, because=said)
        return done

    async def _asked(self, row: HandlerRow, owed: Hold, because: str) -> tuple[bool, str]:
        try:
            async with asyncio.timeout(AT_MOST), self._target(row) as target:
                if not isinstance(target, Holding):
                    return True, "Gets no events meanwhile." if owed.wanted else "Gets events again."
                await (target.hold(because) if owed.wanted else target.release())
        except NotConfigured:
            return True, "Not configured: it was given nothing."
        except TimeoutError:
            return False, f"It did not answer within {AT_MOST:.0f} seconds."
        except ProvisioningError as error:
            return False, str(error)
        return True, "Holds all messages." if owed.wanted else "Sends messages again."

    def _settle(self, connection: Connection, *, row: HandlerRow, owed: Hold, done: bool, said: str) -> None:
        now = self._now()
        settle_hold(connection, owed, now if done else None, said)
        late = not done and now - (owed.done_at or owed.since) > PATIENCE
        if late and owed.wanted:
            sentence = f"Nobody is to be told, but {row.name} may still send what it was given before. {said}"
            alarms.stand(connection, HOLD + row.name, sentence, now)
        elif late:
            alarms.stand(connection, HOLD + row.name, f"{row.name} still holds messages back. {said}", now)
        elif done:
            alarms.clear(connection, HOLD + row.name, now)

    async def _write(self, unit: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._store.write(unit))


def _telling(connection: Connection) -> Telling:
    return Telling(stop=stop_in_force(connection), holds=holds(connection))
