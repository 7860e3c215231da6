"""A PostgreSQL server of the proofs' own: it may be restarted, killed and filled, for nobody else is on it."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import SecretStr
from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.pool import NullPool

from duebell.settings import Settings
from duebell.storage.postgresql import PostgresStore
from duebell.storage.store import Store
from proof.errors import ProofBroken
from real_odoo import Installation, Progress, account, keeper
from real_odoo.account import Account
from real_odoo.postgresql_server import MAINTENANCE, PostgresqlServer

ROLE = "billing"


@dataclass(frozen=True, slots=True)
class PostgresPlace:
    """A database of its own.

    Attributes:
        name: the database's.
        password: of `ROLE`, who owns it.
        port: where the service connects; a proxy's, perhaps.
        port_file: says where the server is now.
    """

    name: str
    password: str
    port: int
    port_file: Path
    engine: str = "postgresql"

    @property
    def url(self) -> str:
        """The address for the service, with the password."""
        return self._url(self.port).set(drivername="postgresql").render_as_string(hide_password=False)

    def open(self) -> Store:
        return PostgresStore(self.url)

    def settings(self, data: Path) -> Settings:
        return Settings(data=data, storage=SecretStr(self.url))

    def behind(self, port: int) -> PostgresPlace:
        """The same database, which services reach at this port."""
        return replace(self, port=port)

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """Past every proxy."""
        engine = create_engine(self._url(int(self.port_file.read_text(encoding="ascii"))), poolclass=NullPool)
        with engine.connect() as connection:
            yield connection

    def _url(self, port: int) -> URL:
        return URL.create("postgresql+psycopg", ROLE, self.password, "127.0.0.1", port, self.name)


class PostgresGround:
    """A server that runs inside the context; databases of it for those who ask.

    Args:
        installation: whose PostgreSQL.
        folder: where it lives; not there yet, or empty.
        progress: told what is being done.
    """

    engine = "postgresql"

    def __init__(self, installation: Installation, folder: Path, progress: Progress) -> None:
        self._folder = folder
        self._server = PostgresqlServer(installation.postgresql, folder, durable=True, progress=progress)
        self._password = secrets.token_hex(16)
        self._names = (f"proof_{number}" for number in count(1))

    def __enter__(self) -> Self:
        self._server.start()
        self.query(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{self._password}'")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.stop()
        self._server.leave()
        account.remove(self._folder, Account.for_postgresql())

    @property
    def port(self) -> int:
        """Where it listens; another one after each start."""
        return self._server.port

    def place(self, folder: Path) -> PostgresPlace:  # noqa: ARG002 - its files are the server's
        name = next(self._names)
        self.query(f"CREATE DATABASE {name} OWNER {ROLE}")
        return self._place(name)

    @contextmanager
    def place_on(self, disk: Path) -> Iterator[PostgresPlace]:
        """A new database whose tables are on this disk, dropped at the block's end."""
        name = next(self._names)
        self.query(f"CREATE TABLESPACE on_{name} LOCATION '{disk}'")
        self.query(f"CREATE DATABASE {name} OWNER {ROLE} TABLESPACE on_{name}")
        try:
            yield self._place(name)
        finally:
            self.query(f"DROP DATABASE {name} WITH (FORCE)")
            self.query(f"DROP TABLESPACE on_{name}")

    def query(self, statement: str, database: str = MAINTENANCE) -> list[list[str]]:
        """What a statement gives to the superuser, as text."""
        return self._server.query(database, statement)

    def restart(self, how: signal.Signals) -> None:
        """End it by this signal (SIGINT: fast; SIGQUIT: immediately; SIGKILL: as the kernel would) and start it anew."""
        found = keeper.running(self._server.state)
        if found is None:
            raise ProofBroken("PostgreSQL had ended by itself.")
        keeper.send(self._server.state, how)
        keeper.wait_for_the_end(self._server.state)
        self._server.leave()
        self._server.start()

    def _place(self, name: str) -> PostgresPlace:
        return PostgresPlace(name, self._password, self.port, self._folder / "port")
