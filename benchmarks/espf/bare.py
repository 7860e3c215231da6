"""The floor: what an engine takes for one durable write and for waking up whoever waits for it, with nothing around it."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing

import psycopg

_TABLE = "CREATE TABLE bare (number INTEGER PRIMARY KEY, text TEXT)"
_CHANNEL = "bare"
Write = Callable[[int, str], object]
"""Write a row and commit it."""


class Bell:
    """One writer and one who waits for him."""

    def __init__(self, write: Write, ring: Callable[[], object], woken: asyncio.Event) -> None:
        self._write = write
        self._ring = ring
        self._woken = woken
        self._writer = ThreadPoolExecutor(1)
        self._one_at_a_time = asyncio.Lock()

    async def until_woken(self, number: int, text: str) -> float:
        """Seconds from the beginning of the write until who waits for it runs. Waiting for another write isn't counted."""
        async with self._one_at_a_time:
            self._woken.clear()
            written = asyncio.get_running_loop().run_in_executor(self._writer, self._begin, number, text)
            await self._woken.wait()
            woken = time.perf_counter()
            return woken - await written

    def _begin(self, number: int, text: str) -> float:
        began = time.perf_counter()
        self._write(number, text)
        self._ring()
        return began


@asynccontextmanager
async def bell(url: str) -> AsyncIterator[Bell]:
    """One over the empty database at `url`. SQLite wakes another thread's loop; PostgreSQL notifies another connection."""
    over = _sqlite if url.startswith("sqlite") else _postgresql
    async with over(url) as made:
        yield made


@asynccontextmanager
async def _sqlite(url: str) -> AsyncIterator[Bell]:
    loop, woken = asyncio.get_running_loop(), asyncio.Event()
    file = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as connection:
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", _TABLE):
            connection.execute(statement)
        yield Bell(
            lambda number, text: connection.execute("INSERT INTO bare VALUES (?, ?)", (number, text)),
            lambda: loop.call_soon_threadsafe(woken.set),
            woken,
        )


@asynccontextmanager
async def _postgresql(url: str) -> AsyncIterator[Bell]:
    woken = asyncio.Event()

    async def listen(connection: psycopg.AsyncConnection) -> None:
        async for _ in connection.notifies():
            woken.set()

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_TABLE)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as other:
            await other.execute(f"LISTEN {_CHANNEL}")
            listening = asyncio.create_task(listen(other))
            yield Bell(
                lambda number, text: connection.execute("INSERT INTO bare VALUES (%s, %s)", (number, text)),
                lambda: connection.execute(f"NOTIFY {_CHANNEL}"),
                woken,
            )
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
