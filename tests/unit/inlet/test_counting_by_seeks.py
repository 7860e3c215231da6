"""However much came from PortaBilling in months, what waits of it is counted without going through the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from builders import Clock
from duebell.storage.quarantine import discard_quarantine
from duebell.storage.raw_alarms import tell_of_failed, tell_of_quarantine
from duebell.storage.sources import all_sources, ensure_source
from duebell.storage.sqlite import SqliteStore

NOW = Clock()()
OF_WHAT_WAITS = ("quarantine_waiting", "raw_event_failed", "raw_event_waiting")


@pytest.mark.parametrize(
    "count",
    [
        lambda connection: tell_of_quarantine(connection, "Global", NOW),
        lambda connection: tell_of_failed(connection, "Global", NOW),
        lambda connection: discard_quarantine(connection, "Global", "Looked through.", NOW),
        all_sources,
    ],
    ids=["quarantine", "failed", "discarded", "sources"],
)
def test_what_waits_is_found_by_the_index_of_it_alone(tmp_path: Path, count: Callable[[Connection], Any]) -> None:
    store = SqliteStore(tmp_path / "seeks.db")
    store.write(lambda connection: ensure_source(connection, "Global", NOW)).result()
    plans = store.write(lambda connection: plans_of(connection, count)).result()
    store.close()
    steps = [step for step in plans if "quarantine" in step or "raw_event" in step]
    assert steps
    assert all(any(f"INDEX {name} " in step for name in OF_WHAT_WAITS) for step in steps), steps


def plans_of(connection: Connection, what: Callable[[Connection], Any]) -> list[str]:
    """The steps by which SQLite does it."""
    seen: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        seen.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    what(connection)
    event.remove(connection, "before_cursor_execute", note)
    return [
        row[-1]
        for statement, parameters in seen
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    ]
