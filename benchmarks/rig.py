"""A real Odoo and a Duebell in the state where measuring begins, made once and copied afresh for every measurement."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Self

from benchmarks import crowd, ours
from benchmarks.wire import Wire
from duebell.espf.envelope import Happening
from real_odoo import Cluster, Odoo, Progress, free_port

LANGUAGES = ("en_US", "es_ES")
WORKERS = 4
"""Odoo's processes: one for each connection that any side opens, so that nobody waits for one; an idle one costs nothing."""
STEP = "odoo"

_BY_SMS_ONLY = 'env["duebell.message.rule"].search([]).mode = "sms"'
_COUNT = """
SELECT (SELECT count(*) FROM duebell_event),
       (SELECT count(*) FROM duebell_message WHERE state = 'waiting' AND channel = 'sms'),
       (SELECT count(*) FROM mail_message WHERE model = 'res.partner' AND message_id LIKE '%@duebell>')
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What Odoo has: events, texts that wait to be released, notes on contacts."""

    events: int = 0
    messages: int = 0
    notes: int = 0

    def __sub__(self, before: Self) -> Self:
        return replace(
            self,
            events=self.events - before.events,
            messages=self.messages - before.messages,
            notes=self.notes - before.notes,
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """An Odoo that runs, warm, and the data folder of a Duebell that owes it all events; nobody else has either."""

    wire: Wire
    data: Path


class Rig:
    """Prepares once, then gives copies.

    Args:
        cluster: a durable one, running.
        folder: where the files of Duebell are, on a real disk; somebody else's to remove.
        progress: told what is being prepared.
    """

    def __init__(self, cluster: Cluster, folder: Path, progress: Progress) -> None:
        self._cluster = cluster
        self._prepared_data = folder / "prepared"
        # One path for all copies: a Duebell that wakes up elsewhere takes itself for a copy, and tells nobody.
        self._data = folder / "data"
        self._port = free_port()
        # Likewise of the database: one that answers under another name is a copy, and is told nothing.
        self._database = f"bench_{self._port}"
        self._prepared = f"{self._database}_prepared"
        self._prepare(progress)

    def database(self) -> str:
        """A copy of the prepared database; drop it after use."""
        return self._cluster.copy(self._prepared, self._database)

    @contextmanager
    def pair(self, expected: int) -> Iterator[Pair]:
        """An Odoo and a Duebell for the length of the block, at whose end so many more events must be in Odoo.

        Raises:
            RuntimeError: they are not, or one of them without its text or its note.
        """
        database = self.database()
        shutil.copytree(self._prepared_data, self._data)
        try:
            with Odoo(self._cluster, (database,), workers=WORKERS, crons=0, port=self._port) as odoo:
                pair = Pair(Wire(odoo.url, self._key, self.terms), self._data)
                _warm_up(pair.wire, self._recorded_at)
                before = self._kept(database)
                yield pair
                _check(self._kept(database) - before, expected)
        finally:
            shutil.rmtree(self._data)
            self._cluster.drop(database)

    def _prepare(self, progress: Progress) -> None:
        template = self._cluster.template(addons=("duebell",), languages=LANGUAGES)
        self._cluster.copy(template, self._database)
        progress(STEP, f"making {crowd.CUSTOMERS} customers known to Odoo")
        self._cluster.shell(self._database, _BY_SMS_ONLY)
        self._key = self._cluster.create_api_key(self._database, login="duebell", name="Benchmark", days=1)
        with Odoo(self._cluster, (self._database,), workers=WORKERS, crons=0, port=self._port) as odoo:
            ours.configure(self._data, odoo.url, self._key)
            ours.record(self._data, crowd.commitments)
            ours.dispatch(self._data)
        progress(STEP, f"recording {crowd.EVENTS} events")
        self.recording = ours.record(self._data, self._invoices)
        self.terms = ours.terms(self._data)
        self._data.rename(self._prepared_data)
        # Each copy begins with the same statistics, so that no side's plans depend on when they were gathered.
        self._cluster.query(self._database, "VACUUM ANALYZE")
        self._cluster.copy(self._database, self._prepared)
        self._cluster.drop(self._database)

    def _invoices(self, now: datetime) -> Sequence[Happening]:
        self._recorded_at = now
        return crowd.invoices(now)

    def _kept(self, database: str) -> Kept:
        ((events, messages, notes),) = self._cluster.query(database, _COUNT)
        return Kept(int(events), int(messages), int(notes))


def _warm_up(wire: Wire, now: datetime) -> None:
    """Have each worker load the database and render texts in each language, twice."""
    events = list(islice(crowd.newcomers(now), WORKERS * 2 * 20))
    wire.deliver(crowd.in_lines(events, lines=WORKERS, batch=20))


def _check(kept: Kept, expected: int) -> None:
    if kept != Kept(expected, expected, expected):
        raise RuntimeError(f"{expected} events were sent, but Odoo has {kept} more: the measurement doesn't count.")
