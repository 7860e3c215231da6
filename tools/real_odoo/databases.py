"""The databases of a cluster: copied from templates in well under a second, and dropped when their user is gone.

A database that isn't to be kept is claimed by a lock of its maker's. When the maker ended, however it ended, the lock is
free, and the database is dropped by whoever comes next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from real_odoo import locks
from real_odoo.errors import ClusterError
from real_odoo.locks import Lock
from real_odoo.postgresql_server import MAINTENANCE, PostgresqlServer

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class Database:
    """A database: its size in bytes, and whether it is dropped when its user is gone."""

    name: str
    size: int
    temporary: bool


class Databases:
    """The databases of one server."""

    def __init__(self, server: PostgresqlServer) -> None:
        self._server = server
        self._folder = server.folder / "claims"
        self._lock = server.folder / "databases.lock"
        self._claims: dict[str, Lock] = {}

    def all(self) -> tuple[Database, ...]:
        """Those that were made here, by name."""
        rows = self._query(
            "SELECT datname, pg_database_size(oid) FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY datname"
        )
        return tuple(Database(name, int(size), (self._folder / name).exists()) for name, size in rows)

    def exists(self, name: str) -> bool:
        return bool(self._query(f"SELECT 1 FROM pg_database WHERE datname = '{_checked(name)}'"))  # noqa: S608 - checked

    def youngest_first(self, prefix: str) -> list[str]:
        """The names with this prefix, the database made last first."""
        rows = self._query("SELECT datname FROM pg_database ORDER BY oid DESC")
        return [name for (name,) in rows if name.startswith(prefix)]

    def copy(self, source: str, name: str, *, keep: bool) -> None:
        """Make a database as a copy of another that nobody is connected to.

        Raises:
            ClusterError: the name is taken or the source isn't there.
        """
        with locks.exclusive(self._lock):
            if self.exists(name):
                raise ClusterError(f"There is a database {name} already: drop it, or choose another name.")
            if not keep:
                self._claim(name)
            self.copy_into(source, name)

    def copy_into(self, source: str, name: str) -> None:
        """Copy, without asking whose the name is."""
        self._query(f"CREATE DATABASE {_checked(name)} TEMPLATE {_checked(source)}")

    def drop(self, name: str) -> None:
        """Drop a database, ending whatever is connected to it; nothing if there is none.

        Raises:
            ClusterError: another living run made it and uses it.
        """
        with locks.exclusive(self._lock):
            if name not in self._claims:
                self._claim(name)
            self._drop(name)
            self._unclaim(name)

    def drop_claimed(self) -> None:
        """Drop what we made and didn't keep."""
        for name in tuple(self._claims):
            self.drop(name)

    def drop_abandoned(self) -> None:
        """Drop what others made, didn't keep, and left behind."""
        with locks.exclusive(self._lock):
            for claim in sorted(self._folder.glob("*")):
                if not locks.is_held(claim):
                    self._drop(claim.name)
                    claim.unlink()

    @contextmanager
    def in_the_making(self, template: str) -> Iterator[str]:
        """The name of a database to be made; when that succeeds it becomes the template, else it is dropped."""
        new = f"new_{template}"
        with locks.exclusive(self._lock):
            self._claim(new)
            self._drop(new)
        try:
            yield new
            self._seal(new, template)
        finally:
            self.drop(new)

    def _seal(self, name: str, template: str) -> None:
        # Nobody can connect to it any more: a connection would keep it from being copied.
        self._query(f"ALTER DATABASE {_checked(name)} WITH ALLOW_CONNECTIONS false")
        self._query(f"ALTER DATABASE {_checked(name)} RENAME TO {_checked(template)}")

    def _query(self, statement: str) -> list[list[str]]:
        return self._server.query(MAINTENANCE, statement)

    def _drop(self, name: str) -> None:
        self._query(f"DROP DATABASE IF EXISTS {_checked(name)} WITH (FORCE)")

    def _claim(self, name: str) -> None:
        claim = Lock(self._folder / _checked(name))
        if not claim.try_take():
            raise ClusterError(f"The database {name} is in use by another run: choose another name, or wait for its end.")
        self._claims[name] = claim

    def _unclaim(self, name: str) -> None:
        claim = self._claims.pop(name, None)
        if claim:
            claim.path.unlink()
            claim.release()


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ClusterError(
            f"{name!r} is no name for a database: use small letters, digits and underscores, 63 at most, a letter first."
        )
    return name
