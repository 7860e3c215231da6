"""What everything above needs of an engine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from duebell.errors import StorageError

T = TypeVar("T")
Unit = Callable[[Connection], T]
"""A unit of work: a synchronous function of a connection, without I/O of its own, that may be run anew from its start."""


class Store(Protocol):
    """An engine: SQLite or PostgreSQL."""

    def write(self, unit: Unit[T]) -> Future[T]:
        """Run a unit of work; the future answers once it is committed and on disk.

        Raises, in the future: what the unit raised (then it alone is undone), or StorageError.
        """

    def read(self, query: Unit[T]) -> T:
        """Run a query on a snapshot of what is committed.

        Raises:
            StorageError: the engine failed, or is closed.
        """

    def close(self) -> None:
        """Commit what was handed in and let who reads finish, then give everything back."""


class Readers:
    """Who reads now. A task that is cancelled leaves its thread reading: closing under it would lose its connection."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._reading = 0
        self._closed = False

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While it reads.

        Raises:
            StorageError: nobody may any more.
        """
        with self._changed:
            if self._closed:
                raise StorageError("The database is closed: the service is ending.")
            self._reading += 1
        try:
            yield
        finally:
            with self._changed:
                self._reading -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Let nobody begin any more, and wait for those who read."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._reading)
