"""Which streams this process may dispatch, where several share a PostgreSQL: buckets of streams, leased with a fencing number.

A lease lasts `TERM`; its holder renews it every `RENEW`. Who finds buckets without a living holder takes his fair share of
them and raises their fence, so that what the former holder still has out can't be settled by him any more. PostgreSQL's
clock rules; a holder stops taking by his own (which goes on while a process is stopped) before his lease is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, text

from duebell.errors import StorageError
from duebell.storage.announce import announce
from duebell.storage.store import Store
from duebell.tasks import set_within

log = structlog.get_logger(__name__)

BUCKETS = 64
TERM = 6.0
"""Seconds that a lease lasts."""
RENEW = 2.0
"""Seconds between renewals."""

_ALIVE = text(f"""
    INSERT INTO dispatcher (id, until) VALUES (:me, clock_timestamp() + interval '{TERM} seconds')
    ON CONFLICT (id) DO UPDATE SET until = excluded.until
""")
_FORGET_DEAD = text("DELETE FROM dispatcher WHERE until < clock_timestamp() - interval '1 minute'")
_COUNT = text("SELECT count(*) FROM dispatcher WHERE until > clock_timestamp()")
_GIVE_BACK = text("UPDATE bucket SET owner = NULL, until = NULL WHERE owner = :me AND number = ANY(:numbers)")
_RENEW = text(f"""
    UPDATE bucket SET until = clock_timestamp() + interval '{TERM} seconds' WHERE owner = :me AND number = ANY(:numbers)
    RETURNING number, fence
""")
_FREE = text("""
    SELECT number FROM bucket WHERE until IS NULL OR until < clock_timestamp()
    ORDER BY number LIMIT :wanted FOR UPDATE SKIP LOCKED
""")
_TAKE = text(f"""
    UPDATE bucket SET owner = :me, fence = fence + 1, until = clock_timestamp() + interval '{TERM} seconds'
    WHERE number = ANY(:numbers) RETURNING number, fence
""")
_LEAVE = text("DELETE FROM dispatcher WHERE id = :me")
_HELD = text("SELECT number, fence FROM bucket WHERE owner = :me AND number = ANY(:numbers) FOR KEY SHARE")


@dataclass(frozen=True, slots=True)
class _Round:
    """What a renewal found: the buckets that are ours with their fences, and how many processes share them all."""

    held: Mapping[int, int]
    processes: int


class Leases:
    """This process's leases on the database of `store`; `run()` keeps them, `me` is unlike every other process's name.

    `busy` tells the buckets with a call out: they aren't given back before it has ended. `changed` is called when there is more to take.
    """

    def __init__(
        self,
        store: Store,
        me: str,
        *,
        busy: Callable[[], Collection[int]],
        changed: Callable[[], None],
        clock: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
    ) -> None:
        self.me = me
        self._store = store
        self._busy = busy
        self._changed = changed
        self._clock = clock
        self._held: dict[int, int] = {}
        self._leaving: set[int] = set()
        self._over_at = -math.inf
        self._processes = 1
        self._hurry = asyncio.Event()

    @property
    def held(self) -> Mapping[int, int]:
        """The buckets from which may be taken now, with their fences."""
        if self._clock() >= self._over_at:
            return {}
        return {number: fence for number, fence in self._held.items() if number not in self._leaving}

    @property
    def share(self) -> float:
        """Which part of what a target bears is this process's, between 0 and 1."""
        return 1 / self._processes

    def hurry(self) -> None:
        """Somebody left: look at once."""
        self._hurry.set()

    async def run(self) -> None:
        """Keep the leases until cancelled, then give them back."""
        await self._unit(_make_buckets)
        try:
            while True:
                self._hurry.clear()
                try:
                    await self.renew()
                except StorageError as error:
                    log.warning("leases not renewed", because=str(error))
                await set_within(self._hurry, RENEW)
        finally:
            self._over_at = -math.inf
            with contextlib.suppress(StorageError):  # they end by themselves then
                await asyncio.shield(self._unit(self._leave))

    async def renew(self) -> None:
        """One renewal: live on, give back what is above our share, take what is free below it."""
        began = self._clock()
        fair = math.ceil(BUCKETS / self._processes)
        surplus = sorted(self._held)[fair:]
        self._leaving = set(surplus)
        leave = self._leaving - set(self._busy())
        keep = [number for number in self._held if number not in leave]
        found = await self._unit(lambda connection: self._round(connection, keep, sorted(leave)))
        gained = found.held.keys() - self._held.keys()
        for number in self._held.keys() - found.held.keys() - leave:
            log.warning("lease lost: this process was away for too long", bucket=number)
        self._held = dict(found.held)
        self._leaving -= leave
        self._processes = found.processes
        self._over_at = began + TERM
        if gained:
            log.info("leases gained", buckets=len(gained), held=len(self._held), processes=self._processes)
            self._changed()

    def _round(self, connection: Connection, keep: list[int], leave: list[int]) -> _Round:
        connection.execute(_ALIVE, {"me": self.me})
        connection.execute(_FORGET_DEAD)
        if leave:
            connection.execute(_GIVE_BACK, {"me": self.me, "numbers": leave})
            announce(connection, "leases")
        held: dict[int, int] = dict(connection.execute(_RENEW, {"me": self.me, "numbers": keep}).all())
        processes = max(1, connection.execute(_COUNT).scalar_one())
        wanted = math.ceil(BUCKETS / processes) - len(held)
        if wanted > 0 and (free := connection.execute(_FREE, {"wanted": wanted}).scalars().all()):
            held.update(connection.execute(_TAKE, {"me": self.me, "numbers": list(free)}).all())
        return _Round(held, processes)

    def _leave(self, connection: Connection) -> None:
        connection.execute(_GIVE_BACK, {"me": self.me, "numbers": list(range(BUCKETS))})
        connection.execute(_LEAVE, {"me": self.me})
        announce(connection, "leases")

    async def _unit(self, unit: Callable[[Connection], _Round | None]) -> _Round:
        result = await asyncio.wrap_future(self._store.write(unit))
        return result or _Round({}, 1)


def fences_held(connection: Connection, me: str, numbers: Collection[int]) -> Mapping[int, int]:
    """Those of the buckets that are `me`'s, with their fences; they stay so until this transaction ends."""
    return dict(connection.execute(_HELD, {"me": me, "numbers": list(numbers)}).all())


def _make_buckets(connection: Connection) -> None:
    make = text("INSERT INTO bucket (number) SELECT generate_series(0, :last) ON CONFLICT DO NOTHING")
    connection.execute(make, {"last": BUCKETS - 1})
