"""What tests against the real Odoo share: one installation and one PostgreSQL a run, a copied database and a server where needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import structlog

from real_odoo import Cluster, Installation, Odoo, progress

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
    return lambda: cluster.copy(template, f"test_{next(_numbers)}_{cluster.server.port}")


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
