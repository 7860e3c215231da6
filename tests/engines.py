"""The engines that Duebell keeps its data in, as tests open them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Protocol

from sqlalchemy import text

from duebell.storage.founding import found
from duebell.storage.metadata import metadata
from duebell.storage.postgresql import PostgresStore
from duebell.storage.sqlite import SqliteStore
from duebell.storage.store import Store


class Engine(Protocol):
    """A place for one store at a time. A test closes what it opens."""

    def new(self) -> Store:
        """An empty store."""

    def again(self, store: Store) -> Store:
        """What a process finds that starts after the one with `store` has died."""


class SqliteFile:
    """A file a store."""

    def __init__(self, folder: Path) -> None:
        self._paths = (folder / f"{number}.db" for number in count())
        self._path = folder

    def new(self) -> Store:
        self._path = next(self._paths)
        return SqliteStore(self._path)

    def again(self, store: Store) -> Store:
        store.close()
        return SqliteStore(self._path)


class SqliteMemory:
    """What memory holds dies with its process: here the process that starts next has the same one."""

    def new(self) -> Store:
        return SqliteStore(None)

    def again(self, store: Store) -> Store:
        return store


class Postgres:
    """One database, emptied for each store."""

    def __init__(self, url: str) -> None:
        self._url = url

    def new(self) -> Store:
        store = PostgresStore(self._url)
        names = ", ".join(table.name for table in metadata.sorted_tables)
        store.write(lambda connection: connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))).result()
        return store

    def again(self, store: Store) -> Store:
        store.close()
        return PostgresStore(self._url)


def with_handlers(store: Store, names: Sequence[str], now: datetime) -> Store:
    """Give an empty store handlers, numbered from 1, that are subscribed to everything."""
    store.write(lambda connection: found(connection, names, "Global", now)).result()
    return store
