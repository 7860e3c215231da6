"""Where a proof's Duebell keeps what it must not forget: a database of either engine that many processes open in turn."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.pool import NullPool

from duebell.settings import Settings
from duebell.storage.sqlite import SqliteStore
from duebell.storage.store import Store


class Place(Protocol):
    """A database. It goes to other processes, so it holds no connection."""

    @property
    def engine(self) -> str:
        """The engine's name, as the verdict has it."""

    def open(self) -> Store:
        """Open it as the service does."""

    def settings(self, data: Path) -> Settings:
        """What a service is told that works with it; `data` is the folder for everything else of the service."""

    def look(self) -> AbstractContextManager[Connection]:
        """A connection past the service, for the length of a block."""


@dataclass(frozen=True, slots=True)
class SqlitePlace:
    """A SQLite file in a folder of its own."""

    folder: Path
    engine: str = "sqlite"

    @property
    def file(self) -> Path:
        return self.folder / "duebell.db"

    def open(self) -> Store:
        return SqliteStore(self.file)

    def settings(self, data: Path) -> Settings:  # noqa: ARG002 - the file is in the folder of everything else
        return Settings(data=self.folder)

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """Of a copy: whoever opens the file itself repairs it, and that is the next worker's part."""
        with tempfile.TemporaryDirectory(prefix="duebell-proof-") as folder:
            for file in self.folder.glob(f"{self.file.name}*"):
                shutil.copy(file, folder)
            engine = create_engine(URL.create("sqlite", database=str(Path(folder, self.file.name))), poolclass=NullPool)
            with engine.connect() as connection:
                yield connection
