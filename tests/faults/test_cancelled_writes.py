"""Whoever waits for a write may be cancelled at any moment; writing goes on."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Connection

from duebell.storage.sqlite import SqliteStore


def test_writing_goes_on_when_a_write_is_cancelled_while_it_runs(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "duebell.db")
    runs, may_end = threading.Event(), threading.Event()

    def long_unit(connection: Connection) -> str:
        runs.set()
        may_end.wait()
        return "kept"

    long_write = store.write(long_unit)
    runs.wait()
    waiting = store.write(lambda _: "never wanted any more")
    # when both are cancelled, as a call is whose configuration is replaced
    assert not long_write.cancel()
    assert waiting.cancel()
    may_end.set()
    # then what had begun is kept, and the next write is written
    assert long_write.result(timeout=60) == "kept"
    assert store.write(lambda _: "written").result(timeout=60) == "written"
    store.close()
