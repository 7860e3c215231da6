"""One life of the reading of raw events in a process of its own: until all are read, or until it is killed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection

from duebell.configuration.environment import GLOBAL
from duebell.espf.dispatcher import Dispatcher
from duebell.espf.envelope import Happening
from duebell.espf.pace import Limits, Pace
from duebell.espf.retry import RetryPolicy
from duebell.espf.rules import usual_ages
from duebell.instance import utc_now
from duebell.portabilling.api import Client
from duebell.portabilling.group import PORTABILLING, options_of
from duebell.portabilling.raw import RawEvent
from duebell.portabilling.reader import Reader
from duebell.portabilling.readings import Reading
from duebell.storage.comparing import SqlKnownBilling, Terms
from duebell.storage.raw_queue import RawQueue
from duebell.storage.sources import source_of
from proof.crash import Crash, CrashingQueue, CrashingStore, CrashPoints, Point, committing
from proof.place import Place
from proof.worker import quiet

READING_POINTS = (
    Point.LOOKED,
    Point.ANSWERED,
    Point.RECORD_BEFORE_COMMIT,
    Point.RECORD_COMMITTED,
    Point.ACKNOWLEDGED,
    Point.BEFORE_SETTLE,
    Point.SETTLE_BEFORE_COMMIT,
    Point.SETTLE_COMMITTED,
    Point.SETTLED,
)
"""Where one who reads can be killed: answered is the API's call, recorded its meaning, settled the raw event."""
_AT_MOST = 3
"""Raw events a call, so that there are several."""


def options(url: str) -> Mapping[str, str]:
    """What an operator types so that the stand-in at this URL is read."""
    return {
        "API_URL": url,
        "API_Login": "duebell",
        "API_Password": "stand-in",
        "Allowed_Hosts": "127.0.0.1",
        "Event_Password": "of-the-sender",
        "Time_Zones": "*=UTC",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOrder:
    """What a worker is to read: the raw events in `place`, through the API at `url`; `crash`: where to die, None: nowhere."""

    place: Place
    url: str
    crash: Crash | None = None


def read_raw_events(order: ReadingOrder, progress: Connection) -> None:
    """Carry an order out; `progress` hears when it begins, so that a kill after that hits it at work."""
    quiet()
    progress.send(None)
    asyncio.run(_read(order))


async def _read(order: ReadingOrder) -> None:
    points = CrashPoints(order.crash)
    store = CrashingStore(order.place.open(), points)
    chosen = options_of(PORTABILLING.checked(options(order.url)))
    terms = Terms(environment=GLOBAL, options=chosen, within=usual_ages)
    known = _CrashingKnown(SqlKnownBilling(store, terms, utc_now), points)
    reader = Reader(Client(chosen.api), chosen, known, utc_now)
    reader.max_batch = _AT_MOST
    dispatcher = Dispatcher(
        store.read(lambda connection: source_of(connection, GLOBAL)).id,
        queue=CrashingQueue(RawQueue(store), points),
        target=reader,
        now=utc_now,
        policy=RetryPolicy(),
        pace=Pace(Limits(calls_in_flight=2)),
    )
    await dispatcher.drain()
    await reader.close()
    store.close()


class _CrashingKnown:
    """`portabilling.reader.KnownBilling` with a crash point on each side of what is recorded."""

    def __init__(self, known: SqlKnownBilling, points: CrashPoints) -> None:
        self._known = known
        self._points = points
        self.customers_of = known.customers_of
        self.unsettled = known.unsettled
        self.due = known.due
        self.postpone = known.postpone
        self.meant = known.meant
        self.statuses = known.statuses
        self.conditions = known.conditions
        self.were_read = known.were_read
        self.references_of = known.references_of

    async def compare(
        self, reading: Reading, causes: Sequence[RawEvent], billing_now: datetime, *, taking_over: bool = False
    ) -> Sequence[Happening] | None:
        self._points.hit(Point.ANSWERED)
        with committing("record"):
            came = await self._known.compare(reading, causes, billing_now, taking_over=taking_over)
        self._points.hit(Point.ACKNOWLEDGED)
        return came
