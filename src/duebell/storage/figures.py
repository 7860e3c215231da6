"""The figures that a monitoring system asks for again and again: each by indexes, however long the history is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from duebell.espf.queue import HandlerRow
from duebell.storage.alarm_facts import waiting_since
from duebell.storage.handlers import all_handlers
from duebell.storage.owed import owed_by_state
from duebell.storage.sources import Backlog, Source, all_sources
from duebell.storage.tables import alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """By handler id: `owed`, what waits, was refused, exhausted or skipped; `waiting_since`, of what waits longest.

    `sources` are the PortaBillings, `alarms` the causes of those that stand. `bytes` is the size of the database without what
    waits to be written into it.
    """

    handlers: Sequence[HandlerRow]
    owed: Mapping[int, Mapping[str, int]]
    waiting_since: Mapping[int, datetime]
    sources: Sequence[tuple[Source, Backlog]]
    alarms: Sequence[str]
    bytes: int


def figures(connection: Connection) -> Figures:
    """Find them; what waits is counted by going through the index of what waits."""
    handlers = all_handlers(connection)
    since = {row.id: waiting_since(connection, row.id) for row in handlers}
    causes = select(alarm.c.cause).where(alarm.c.cleared_at.is_(None)).order_by(alarm.c.cause)
    return Figures(
        handlers=handlers,
        owed=owed_by_state(connection),
        waiting_since={handler: moment for handler, moment in since.items() if moment is not None},
        sources=all_sources(connection),
        alarms=connection.execute(causes).scalars().all(),
        bytes=_bytes(connection),
    )


def _bytes(connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        return int(connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one())
    pages, size = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    return int(pages) * int(size)
