"""Whether the database can be worked with right now."""

from __future__ import annotations

from sqlalchemy import Connection, update

from duebell.storage.migrations import is_usable
from duebell.storage.tables import instance

__all__ = ["is_usable", "write_something"]


def write_something(connection: Connection) -> None:
    """Write what is there already: it is on disk, or says why not, when the unit of work is committed."""
    connection.execute(update(instance).where(instance.c.key == "epoch").values(value=instance.c.value))
