"""The store past one machine: a PostgreSQL database that any number of processes share.

Each unit of work is a transaction (READ COMMITTED: units lock the streams that they touch). One that meets a deadlock, or whose
connection was dead before its COMMIT was sent, is run anew; if the connection dies during the COMMIT, nobody knows, and it
is said so.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from sqlalchemy import URL, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from duebell.errors import InvalidValue, StorageError
from duebell.storage import migrations
from duebell.storage.store import Readers, Unit

T = TypeVar("T")

WRITERS = 4
READERS = 4
OLDEST_VERSION = 15
TRIES = 5
"""How often a unit is begun anew that collided with others."""

_SESSION = {
    "application_name": "duebell",
    "timezone": "UTC",
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "5s",  # a process that was stopped within a transaction must not hold its locks
}
SOCKET: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A cut network is noticed within 15 seconds."""

_COLLISIONS = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.UniqueViolation)
"""Somebody else was there first: begun anew, a unit sees what he left (the same event, perhaps)."""
_FAILURES: tuple[tuple[type[psycopg.Error], str], ...] = (
    (psycopg.errors.DiskFull, "its disk is full: free some space; nothing that was acknowledged is lost"),
    (psycopg.errors.TooManyConnections, "it has no connection left: raise its max_connections, or end other programs"),
    (psycopg.errors.LockNotAvailable, "another program holds a lock for long: end that program's transaction"),
    (psycopg.errors.QueryCanceled, "a statement took over a minute: look at its load, and at locks that others hold"),
    (psycopg.errors.ReadOnlySqlTransaction, "it is read-only: connect to the primary server"),
    (psycopg.errors.InvalidPassword, "it refuses the user or the password: correct the address in DUEBELL_STORAGE"),
    (psycopg.errors.InvalidCatalogName, "there is no such database: create it, or correct the address in DUEBELL_STORAGE"),
    (psycopg.errors.InsufficientPrivilege, "its user lacks a right: make the user the owner of the database"),
)
_UNREACHABLE = (
    "it can't be reached, or the connection broke: see that it runs and that the address in DUEBELL_STORAGE is right"
)
_UNKNOWN_END = (
    "the connection broke during a commit, so it is not known whether that was kept: do it again; an event sent twice is one"
)


class PostgresStore:
    """Opens the database at `url` (postgresql://user:password@host:port/name) and brings its schema up to date.

    Raises:
        InvalidValue: the address isn't one of a PostgreSQL database.
        StorageError: it can't be reached, is too old, or a newer release has changed it.
    """

    def __init__(self, url: str) -> None:
        self.url = checked_url(url)
        self._name = self.url.set(drivername="postgresql").render_as_string(hide_password=True)
        self._engine = create_engine(
            self.url,
            pool_size=WRITERS + READERS,
            max_overflow=0,
            pool_timeout=30,
            connect_args={"options": " ".join(f"-c {key}={value}" for key, value in _SESSION.items()), **SOCKET},
        )
        event.listen(self._engine, "connect", _be_durable)
        try:
            self._run(lambda: migrations.upgrade(self._engine))
        except BaseException:
            self._engine.dispose()
            raise
        self._readers = Readers()
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="duebell-writer")

    def write(self, unit: Unit[T]) -> Future[T]:
        """Run `unit` in a transaction of its own; the future answers after its commit."""
        return self._writers.submit(self._run, lambda: self._transact(unit))

    def read(self, query: Unit[T]) -> T:
        """Run a query on a snapshot of what is committed."""
        with self._readers.reading():
            return self._run(lambda: self._look(query))

    def close(self) -> None:
        """Commit what was handed in and let who reads finish, then give the connections back."""
        self._writers.shutdown()
        self._readers.close()
        self._engine.dispose()

    def _transact(self, unit: Unit[T]) -> T:
        with self._engine.connect() as connection:
            result = unit(connection)
            try:
                connection.commit()
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise StorageError(f"The database {self._name} failed: {_UNKNOWN_END}.") from None
                raise
            return result

    def _look(self, query: Unit[T]) -> T:
        with self._engine.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ) as connection:
            return query(connection)

    def _run(self, work: Callable[[], T]) -> T:
        """Do it, anew where that is safe, and say in plain words why it can't be done."""
        for further in range(TRIES - 1, -1, -1):
            try:
                return work()
            except DBAPIError as error:
                if further and (error.connection_invalidated or isinstance(error.orig, _COLLISIONS)):
                    continue
                reason = _reason(error)
                if reason is None:
                    raise
                raise StorageError(f"The database {self._name} failed: {reason}.") from None
            except PoolTimeoutError:
                raise StorageError(
                    f"The database {self._name} answers too slowly: all connections have been busy for long."
                ) from None
        raise AssertionError("unreachable")


def checked_url(url: str) -> URL:
    """The address for psycopg.

    Raises:
        InvalidValue: it isn't one; what was given isn't repeated, since it may hold a password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = URL.create("")
    if parsed.drivername not in {"postgresql", "postgres", "postgresql+psycopg"} or not parsed.database:
        raise InvalidValue(
            "DUEBELL_STORAGE must be the address of a PostgreSQL database: postgresql://user:password@host:5432/name"
        )
    return parsed.set(drivername="postgresql+psycopg")


def _be_durable(connection: psycopg.Connection, _: object) -> None:
    """Refuse what is too old, and don't take a commit for kept that may be lost."""
    if connection.info.server_version < OLDEST_VERSION * 10_000:
        raise StorageError(f"This PostgreSQL is too old: use {OLDEST_VERSION} or newer.")
    with connection.cursor() as cursor:
        setting = cursor.execute("SHOW synchronous_commit").fetchone()
        if setting in {("off",), ("local",)}:
            cursor.execute(sql.SQL("SET synchronous_commit = on"))
    connection.commit()


def _reason(error: DBAPIError) -> str | None:
    for kind, reason in _FAILURES:
        if isinstance(error.orig, kind):
            return reason
    if isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError):
        return _UNREACHABLE
    return None
