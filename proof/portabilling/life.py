"""One database and a stand-in PortaBilling through many who read: each begins where the one before was killed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable

from duebell.configuration.environment import GLOBAL
from duebell.instance import utc_now
from duebell.portabilling.raw import read_raw
from duebell.sandbox.portabilling.raw_event import PostedEvent
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.storage.founding import found
from duebell.storage.raw_taking import Arrival, take
from duebell.storage.sources import ensure_source
from proof.composition import HANDLER
from proof.crash import Crash
from proof.figures import unexplained
from proof.place import Place
from proof.portabilling.reader import ReadingOrder, read_raw_events
from proof.processes import PATIENCE, ended, started, wire


class ReadingLife:
    """A database, not there yet, and the stand-in, which serves and sends nothing by itself."""

    def __init__(self, place: Place, stand_in: PortaBillingStandIn) -> None:
        self.place = place
        self._stand_in = stand_in
        self._taken = 0
        store = place.open()
        store.write(lambda connection: found(connection, [HANDLER], GLOBAL, utc_now())).result()
        store.write(lambda connection: ensure_source(connection, GLOBAL, utc_now())).result()
        store.close()

    def take(self) -> None:
        """Keep what EventSender has to post since it was asked last."""
        new = [one for one in self._stand_in.sender.waiting() if int(one.i_event) > self._taken]
        self._taken = max([self._taken, *(int(one.i_event) for one in new)])
        keep(self.place, new)

    def look(self) -> tuple[str, ...]:
        """What its rows say that can't be."""
        with self.place.look() as connection:
            return unexplained(connection)

    async def crash(self, crash: Crash) -> bool:
        """Let one read into this crash point; False: he came to his end before."""
        return await asyncio.to_thread(self._read, crash, None)

    async def kill_after(self, seconds: float) -> bool:
        """Kill one so long after he began to read; False: he came to his end before."""
        return await asyncio.to_thread(self._read, None, seconds)

    async def length(self) -> float:
        """Let one read to the end; gives the seconds."""
        began = time.perf_counter()
        await asyncio.to_thread(self._read, None, None)
        return time.perf_counter() - began

    def _read(self, crash: Crash | None, seconds: float | None) -> bool:
        """Whether he was killed."""
        hears, tells = wire()
        worker = started(read_raw_events, ReadingOrder(place=self.place, url=self._stand_in.url, crash=crash), tells)
        tells.close()
        if seconds is not None:
            hears.poll(PATIENCE)
            worker.join(seconds)
            worker.kill()
        return not ended(worker)


def keep(place: Place, posted: Iterable[PostedEvent]) -> None:
    """Keep what EventSender posts, as the inlet does."""
    arrivals = [_arrival(json.dumps(one.body()).encode()) for one in posted]
    store = place.open()
    store.write(lambda connection: take(connection, arrivals)).result()
    store.close()


def _arrival(body: bytes) -> Arrival:
    now = utc_now()
    raw = read_raw(body, environment=GLOBAL, received_at=now)
    return Arrival(environment=GLOBAL, body=body, size=len(body), digest="", received_at=now, raw=raw)
