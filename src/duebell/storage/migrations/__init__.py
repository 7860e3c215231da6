"""Brings a database's schema up to this release (Alembic)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from duebell.errors import StorageError

HEAD = "0001"
"""The revision that this release works with."""


def upgrade(engine: Engine) -> None:
    """Apply what is missing, all or nothing.

    Raises:
        StorageError: a newer release has upgraded the database already.
    """
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current == HEAD:
            return
        if current is not None and current > HEAD:
            raise StorageError(
                "A newer Duebell has upgraded this database: install that release again, or restore the backup made before."
            )
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.dialect.name == "sqlite" else "SELECT 1")
        configuration = Config()
        configuration.set_main_option("script_location", str(Path(__file__).parent))
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
        connection.commit()
