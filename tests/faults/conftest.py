from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from proof.ground import Extent, Ground, Setting, SqliteGround
from proof.postgres import PostgresGround

from real_odoo import Installation
from real_odoo.progress import silent

SHORT = Extent(kills=10)
"""Every named point once, a few random moments, each outage once."""


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresGround]:
    """A server that nobody else uses, for it is killed."""
    folder: Path = tmp_path_factory.mktemp("proof") / "server"
    with PostgresGround(Installation.ensure(), folder, silent) as ground:
        yield ground


@pytest.fixture(params=["sqlite", "postgresql"])
def setting(request: pytest.FixtureRequest) -> Setting[Ground]:
    """On each engine."""
    ground = SqliteGround() if request.param == "sqlite" else request.getfixturevalue("postgresql")
    return Setting(ground, SHORT, silent)


@pytest.fixture
def on_sqlite() -> Setting[SqliteGround]:
    return Setting(SqliteGround(), SHORT, silent)


@pytest.fixture
def on_postgresql(postgresql: PostgresGround) -> Setting[PostgresGround]:
    return Setting(postgresql, SHORT, silent)
