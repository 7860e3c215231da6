"""What tests share: the engines, one installation of Odoo and one PostgreSQL a run, a copied database and a server where needed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import structlog

from duebell.storage.postgresql import PostgresStore
from engines import Engine, Postgres, SqliteFile, SqliteMemory
from real_odoo import Cluster, Installation, Odoo, progress
from real_odoo.postgresql_server import USER

LANGUAGES = ("en_US", "es_ES")

# As `duebell` logs: structlog's default draws tracebacks with all locals, which takes seconds where one is large.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.LogfmtRenderer(key_order=["level", "event"]),
    ]
)
_numbers = count(1)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of the checkout's, shared by all that runs on it."""
    shown = progress.on(sys.stderr)
    with Cluster(Installation.ensure(progress=shown), progress=shown) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """A database with our addon, to be copied."""
    return cluster.template(addons=("duebell",), languages=LANGUAGES)


@pytest.fixture(scope="session")
def new_database(cluster: Cluster, template: str) -> Callable[[], str]:
    """Copies the template: a database of a test's own in under a second."""
    return lambda: cluster.copy(template, f"test_{next(_numbers)}_{os.getpid()}")


@pytest.fixture(scope="session")
def postgres_template(cluster: Cluster) -> str:
    """A PostgreSQL database with our tables, to be copied."""
    name = cluster.copy("template0")
    PostgresStore(_url(cluster, name)).close()
    return name


@pytest.fixture(scope="module")
def postgres_url(cluster: Cluster, postgres_template: str) -> Iterator[str]:
    """A module's own PostgreSQL database, with our tables."""
    name = cluster.copy(postgres_template)
    yield _url(cluster, name)
    cluster.drop(name)


def _url(cluster: Cluster, database: str) -> str:
    return f"postgresql://{USER}:{cluster.server.password}@127.0.0.1:{cluster.server.port}/{database}"


@pytest.fixture(params=["sqlite-file", "sqlite-memory", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """Each engine: what one does, all do."""
    match request.param:
        case "sqlite-file":
            return SqliteFile(tmp_path)
        case "sqlite-memory":
            return SqliteMemory()
        case _:
            return Postgres(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="module")
def odoo_database(cluster: Cluster, new_database: Callable[[], str]) -> Iterator[str]:
    name = new_database()
    yield name
    cluster.drop(name)


@pytest.fixture(scope="module")
def odoo(cluster: Cluster, odoo_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Odoo]:
    """A real Odoo over one database, with its scheduled actions running."""
    folder: Path = tmp_path_factory.mktemp("odoo")
    with Odoo(cluster, (odoo_database,), crons=2, folder=folder) as server:
        yield server
