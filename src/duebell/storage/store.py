"""What everything above needs of an engine."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from sqlalchemy import Connection

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
            StorageError: the engine failed.
        """

    def close(self) -> None:
        """Commit what was handed in, then give everything back."""
