"""A store that is closed while somebody reads, on every engine."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, text

from duebell.errors import StorageError
from engines import Engine


def test_a_store_that_is_closed_lets_who_reads_finish_and_nobody_begin(engine: Engine) -> None:
    store = engine.new()
    reads, goes_on = threading.Event(), threading.Event()

    def slowly(connection: Connection) -> int:
        reads.set()
        goes_on.wait(30)
        return int(connection.execute(text("SELECT 1")).scalar_one())

    with ThreadPoolExecutor(2) as threads:
        reading = threads.submit(store.read, slowly)
        assert reads.wait(30)
        closing = threads.submit(store.close)
        with pytest.raises(TimeoutError):
            closing.result(0.2)
        goes_on.set()
        closing.result(30)
        assert reading.result(0) == 1
    with pytest.raises(StorageError, match="is closed"):
        store.read(slowly)
