"""Where the time goes: `python -m benchmarks.espf.account` records and dispatches events, and accounts for each statement.

"waited" is the time until the statement had its answer, "processor" what this process worked meanwhile: the engine itself on
SQLite, the driver on PostgreSQL. What no statement took is Python's, COMMIT's and the event loop's.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, event

from benchmarks.espf import work
from benchmarks.espf.composition import opened
from benchmarks.espf.databases import Databases, PostgresqlDatabases, SqliteFiles
from real_odoo import Cluster, Installation
from real_odoo import progress as progress_of

STREAMS, EVENTS = 1000, 50_000
WORTH_A_LINE = 0.3
"""Microseconds an event."""
_WORDS = 6


@dataclass(slots=True)
class _Cost:
    """Seconds of one statement, over all its executions."""

    waited: float = 0.0
    processor: float = 0.0


@dataclass(slots=True)
class Account:
    """What a piece of work cost, in seconds: all in all, and each statement by its first words."""

    wall: float = 0.0
    processor: float = 0.0
    statements: dict[str, _Cost] = field(default_factory=lambda: defaultdict(_Cost))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Account for what is done in the block, in whatever thread."""
        event.listen(Engine, "before_cursor_execute", _begin)
        event.listen(Engine, "after_cursor_execute", self._end)
        wall, processor = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.wall, self.processor = time.perf_counter() - wall, time.process_time() - processor
            event.remove(Engine, "before_cursor_execute", _begin)
            event.remove(Engine, "after_cursor_execute", self._end)

    def _end(self, _connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's
        waited, processor = context.begun
        cost = self.statements[" ".join(statement.split()[:_WORDS])]
        cost.waited += time.perf_counter() - waited
        cost.processor += time.thread_time() - processor


def _begin(_connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's
    context.begun = time.perf_counter(), time.thread_time()


def accounts(databases: Databases) -> tuple[Account, Account]:
    """Of recording and of dispatching so many events."""
    recording, dispatching = Account(), Account()
    with databases.copy() as url:
        with opened(url):
            pass  # the tables are made before anything is accounted for
        with recording.kept():
            work.fill(url, STREAMS, EVENTS)
        with dispatching.kept():
            asyncio.run(work.dispatch(url))
    return recording, dispatching


def table_of(title: str, account: Account) -> Table:
    """Microseconds an event."""
    table = Table("statement", "waited", "processor", title=f"{title}, µs an event")
    for statement, cost in sorted(account.statements.items(), key=lambda entry: -entry[1].waited):
        if _micro(cost.waited) >= WORTH_A_LINE:
            table.add_row(statement, f"{_micro(cost.waited):.1f}", f"{_micro(cost.processor):.1f}")
    table.add_row("all in all", f"{_micro(account.wall):.1f}", f"{_micro(account.processor):.1f}")
    return table


def _micro(seconds: float) -> float:
    return seconds / EVENTS * 1_000_000


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    progress = progress_of.on(sys.stderr)
    installation = Installation.ensure(progress=progress)
    with (
        Cluster(installation, durable=True, progress=progress) as cluster,
        tempfile.TemporaryDirectory(dir=installation.run) as folder,
    ):
        for databases in (SqliteFiles(Path(folder)), PostgresqlDatabases(cluster)):
            for work_, account in zip(("recording", "dispatching"), accounts(databases), strict=True):
                Console(width=120).print(table_of(f"{work_} on {databases.engine}", account))


if __name__ == "__main__":
    main()
