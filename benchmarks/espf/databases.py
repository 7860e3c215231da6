"""Databases of both engines in a prepared state: filled once, copied afresh for every measurement.

A URL holds the password, if there is one: it is not to be logged.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL

from real_odoo import Cluster

_SQLITE = "sqlite:///"
Fill = Callable[[str], object]
"""Given the URL of an empty database: makes tables and rows."""


class Databases(Protocol):
    """One engine's."""

    engine: str

    def prepared(self, fill: Fill) -> AbstractContextManager[str]:
        """One that was filled, for the length of the block: its name, to be copied. Nobody may be connected to it."""

    def url(self, prepared: str) -> str:
        """That of what was prepared itself, for who needs no copy since he is the last to use it."""

    def copy(self, prepared: str | None = None) -> AbstractContextManager[str]:
        """A copy of it, or an empty one, for the length of the block: its URL."""


class SqliteFiles:
    """Each database is a folder below `folder`, on a real disk."""

    engine = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def prepared(self, fill: Fill) -> Iterator[str]:
        with self.copy() as url:
            fill(url)
            yield url.removeprefix(_SQLITE)

    def url(self, prepared: str) -> str:
        return f"{_SQLITE}{prepared}"

    @contextmanager
    def copy(self, prepared: str | None = None) -> Iterator[str]:
        folder = self._folder / secrets.token_hex(6)
        folder.mkdir()
        try:
            file = folder / "duebell.db"
            if prepared is not None:
                shutil.copy(prepared, file)
            yield self.url(str(file))
        finally:
            shutil.rmtree(folder)


class PostgresqlDatabases:
    """Databases of a durable cluster that runs."""

    engine = "PostgreSQL"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    @contextmanager
    def prepared(self, fill: Fill) -> Iterator[str]:
        with self.copy() as url:
            fill(url)
            name = url.rpartition("/")[2]
            # Each copy begins with the same statistics, so that no side's plans depend on when they were gathered.
            self._cluster.query(name, "VACUUM ANALYZE")
            yield name

    @contextmanager
    def copy(self, prepared: str | None = None) -> Iterator[str]:
        name = self._cluster.copy(prepared or "template1")
        try:
            # What copying wrote is not to be flushed while somebody is measured.
            self._cluster.query(name, "CHECKPOINT")
            yield self.url(name)
        finally:
            self._cluster.drop(name)

    def url(self, prepared: str) -> str:
        where = self._cluster.server.credentials
        return URL.create(
            "postgresql", where["PGUSER"], where["PGPASSWORD"], where["PGHOST"], int(where["PGPORT"]), prepared
        ).render_as_string(hide_password=False)
