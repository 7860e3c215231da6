"""When handlers' keys were changed, when they are to be, and the former ones that are still to be revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from duebell.storage.insertion import insert_into
from duebell.storage.tables_pairing import key_rotation


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRotation:
    """Times are aware. `next_at`: not before then by itself, for it failed; `former_key`: encrypted, still to be revoked."""

    rotated_at: datetime | None = None
    next_at: datetime | None = None
    former_key: str | None = None


def key_rotation_of(connection: Connection, handler_id: int) -> KeyRotation:
    """What is known of a handler's key."""
    row = connection.execute(select(key_rotation).where(key_rotation.c.handler_id == handler_id)).one_or_none()
    if row is None:
        return KeyRotation()
    return KeyRotation(rotated_at=row.rotated_at, next_at=row.next_at, former_key=row.former_key)


def keep_key_rotation(connection: Connection, handler_id: int, **values: Any) -> None:
    """Change what is known of it; what isn't given stays."""
    new = insert_into(connection, key_rotation)
    statement = new.values(handler_id=handler_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["handler_id"], set_=values))
