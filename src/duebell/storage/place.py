"""Where the data lives: the same wherever a process of ours runs over it, another one for a copy."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

PLACE = "place"
"""The key in `instance` of the place at which the data was last known to be the original."""
BOOKS = "books"
"""The key in `instance` of the name of embedded billing's books."""
_MACHINE = Path("/etc/machine-id")
_CLUSTER = text("SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || current_database()")


def place_of(connection: Connection, data: Path) -> str:
    """The folder and its machine; of a PostgreSQL database its name and its cluster's own number, however it is reached."""
    if connection.dialect.name == "postgresql":
        return f"PostgreSQL {connection.execute(_CLUSTER).scalar_one()}"
    machine = _MACHINE.read_text(encoding="ascii").strip() if _MACHINE.exists() else ""
    return f"{data.resolve()} {machine}".strip()
