"""Brings a database's schema up to this release (Alembic), and says which releases may work with it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, delete, insert, select

from duebell.errors import StorageError
from duebell.storage.tables import instance

HEAD = "0012"
"""The revision that this release works with."""
WORKS_FROM = "0002"
"""The oldest revision whose release still works with HEAD's schema: what newer ones added, it leaves alone."""

_KEY = "works_from"
_LOCK = 0x64756562656C6C  # any number that nobody else locks


def upgrade(engine: Engine) -> None:
    """Apply what is missing, all or nothing; several processes may try at once.

    Raises:
        StorageError: a newer release has upgraded the database so that this one can't work with it.
    """
    with engine.connect() as connection:
        if is_usable(connection):
            return
        connection.rollback()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            if is_usable(connection):
                return
        configuration = Config()
        configuration.set_main_option("script_location", str(Path(__file__).parent))
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
        connection.execute(delete(instance).where(instance.c.key == _KEY))
        connection.execute(insert(instance).values(key=_KEY, value=WORKS_FROM))
        connection.commit()


def is_usable(connection: Connection) -> bool:
    """Whether the schema is HEAD's, or a newer one that this release can work with.

    Raises:
        StorageError: a newer release has upgraded the database so that this one can't work with it.
    """
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None or current < HEAD:
        return False
    if current > HEAD:
        works_from = connection.execute(select(instance.c.value).where(instance.c.key == _KEY)).scalar()
        if works_from is None or works_from > HEAD:
            raise StorageError(
                "A newer Duebell has upgraded this database: install that release again, or restore the backup made before."
            )
    return True
