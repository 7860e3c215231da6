"""Keeping what came from PortaBilling's webhook: for many callers in one commit, and before any of them is answered."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection, update

from duebell.errors import NotPossible, StorageError
from duebell.portabilling.raw import RawEvent
from duebell.storage.announce import announce
from duebell.storage.insertion import insert_into
from duebell.storage.raw_alarms import tell_of_quarantine
from duebell.storage.rows import Statement, moment_text
from duebell.storage.sources import ensure_source
from duebell.storage.store import Store
from duebell.storage.tables_raw import quarantine, source

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 500
"""So many arrivals go in one unit of work."""
MOST_QUARANTINED = 10_000
"""So many bodies wait for a person per environment; then PortaBilling has to keep the next ones."""

INSERT = Statement(
    """
    INSERT INTO raw_event (environment, i_event, type, key, line, body, received_at, next_at, state, attempts)
    SELECT j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, CAST(j.value ->> 4 AS BIGINT), j.value ->> 5,
        {MOMENT 6}, {MOMENT 6}, 'waiting', 0
    FROM {ROWS} WHERE true
    ON CONFLICT (environment, i_event) DO NOTHING RETURNING environment
    """
)
"""What came before stays as it was."""


class QuarantineFull(NotPossible):
    """A person has to look through what could not be read before more of it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One body that came from the known sender of an environment.

    With `raw` it is a raw event; else `because` says why not, and `body` may be the beginning of what had `size` bytes.
    `digest` (SHA-256, hex) is the whole body's; `received_at` is aware.
    """

    environment: str
    body: bytes
    size: int
    digest: str
    received_at: datetime
    raw: RawEvent | None = None
    because: str = ""


def line_of(environment: str, key: str) -> int:
    """The number of a key's line, of 63 bits: two keys that share one by chance wait for each other, no more."""
    return int.from_bytes(hashlib.sha256(f"{environment} {key}".encode()).digest()[:8], "big") >> 1


def take(connection: Connection, arrivals: Sequence[Arrival]) -> None:
    """Keep them all: raw events once each, whatever else in quarantine.

    Raises:
        QuarantineFull: too many bodies wait there.
    """
    raws = [arrival for arrival in arrivals if arrival.raw]
    strange = [arrival for arrival in arrivals if not arrival.raw]
    found = Counter(INSERT.run(connection, [_row(one) for one in raws]).scalars()) if raws else Counter[str]()
    for one in strange:
        _quarantine(connection, one)
    for environment, received_at in sorted({one.environment: one.received_at for one in strange}.items()):
        if tell_of_quarantine(connection, environment, received_at) > MOST_QUARANTINED:
            raise QuarantineFull(f"{MOST_QUARANTINED:,} bodies are in quarantine: look through them, retry or discard them.")
    for environment in sorted({one.environment for one in arrivals}):  # several processes lock the rows in one order
        _count(connection, environment, arrivals, new=found[environment])
    if found:
        announce(connection, "due")


class RawTaking:
    """Takes on `store`. Nobody waits for a fuller commit: when none is under way, one begins at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[Arrival, asyncio.Future[None]]] = []
        self._work: asyncio.Task[None] | None = None

    async def take(self, arrival: Arrival) -> None:
        """Keep it; it is on disk when this returns.

        Raises:
            QuarantineFull: too many bodies wait there.
            StorageError: the engine failed.
        """
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, ended))
        if self._work is None:
            self._work = asyncio.create_task(self._take_all())
        await ended

    async def _take_all(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            await self._take_together(group)
        self._work = None

    async def _take_together(self, group: Sequence[tuple[Arrival, asyncio.Future[None]]]) -> None:
        arrivals = [arrival for arrival, _ in group]
        try:
            await asyncio.wrap_future(self._store.write(lambda connection: take(connection, arrivals)))
        except StorageError as error:
            _end(group, error)
        except Exception as error:  # noqa: BLE001 - each caller gets it
            if len(group) == 1:
                _end(group, error)
                return
            for one in group:  # one of them is at fault
                await self._take_together([one])
        else:
            _end(group, None)


def _end(group: Sequence[tuple[Arrival, asyncio.Future[None]]], error: Exception | None) -> None:
    for _, ended in group:
        if ended.done():  # the caller went away
            continue
        if error:
            ended.set_exception(error)
        else:
            ended.set_result(None)


def _row(arrival: Arrival) -> tuple[str, str, str, str, int, str, str]:
    raw = arrival.raw
    assert raw is not None  # noqa: S101 - the caller looked
    line = line_of(raw.environment, raw.key)
    body = arrival.body.decode("utf-8-sig")
    return raw.environment, raw.i_event, raw.type, raw.key, line, body, moment_text(arrival.received_at)


def _quarantine(connection: Connection, arrival: Arrival) -> None:
    row = {
        "environment": arrival.environment,
        "digest": arrival.digest,
        "body": arrival.body,
        "size": arrival.size,
        "because": arrival.because,
        "received_at": arrival.received_at,
        "last_at": arrival.received_at,
        "count": 1,
        "state": "waiting",
    }
    again = {"count": quarantine.c.count + 1, "last_at": arrival.received_at}
    connection.execute(
        insert_into(connection, quarantine)
        .values(row)
        .on_conflict_do_update(index_elements=["environment", "digest"], set_=again)
    )


def _count(connection: Connection, environment: str, arrivals: Sequence[Arrival], *, new: int) -> None:
    mine = [arrival for arrival in arrivals if arrival.environment == environment]
    raws = sum(1 for arrival in mine if arrival.raw)
    latest = max(arrival.received_at for arrival in mine)
    ensure_source(connection, environment, latest)
    counted = {
        "accepted": source.c.accepted + new,
        "repeated": source.c.repeated + (raws - new),
        "quarantined": source.c.quarantined + (len(mine) - raws),
    }
    heard = {"last_event_at": latest} if raws else {}
    connection.execute(update(source).where(source.c.environment == environment).values(**counted, **heard))
