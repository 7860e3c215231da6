"""With which target each handler is paired, and who we are for targets: kept with the place where the data lives.

Data that is found at another place was copied, or moved by hand; a backup that is restored in its place was not.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

from sqlalchemy import Connection, insert, select, update

from duebell.billing.occurrence import SOURCE
from duebell.espf.agreement import Pair, Terms, Whom
from duebell.espf.queue import HandlerRow
from duebell.storage.insertion import insert_into
from duebell.storage.place import BOOKS, PLACE, place_of
from duebell.storage.stops import stop_in_force
from duebell.storage.tables import instance
from duebell.storage.tables_pairing import pairing

_SENDER, _IDENTITY = "sender", "identity"


def live_at(connection: Connection, data: Path) -> str:
    """The place at which we work; at the first start of all it is the data's own."""
    place = place_of(connection, data)
    new = insert_into(connection, instance).on_conflict_do_nothing()
    connection.execute(new.values(key=PLACE, value=place))
    return place


def terms(connection: Connection, row: HandlerRow, place: str) -> Terms:
    """On what terms the handler's target is told events by who works at that place."""
    stopped = stop_in_force(connection)
    return Terms(
        handler=row.name,
        sender=_value(connection, _SENDER) or _value(connection, _IDENTITY) or "",
        pair=pair_of(connection, row.id),
        copied=_value(connection, PLACE) != place,
        stopped=stopped.because if stopped else None,
    )


def pair_of(connection: Connection, handler_id: int) -> Pair | None:
    """What was agreed on, if anything was."""
    row = connection.execute(select(pairing).where(pairing.c.handler_id == handler_id)).one_or_none()
    return Pair(Whom(row.database_uuid, row.address), row.paired_at) if row else None


def sender_at(connection: Connection, place: str) -> str:
    """Who we are once paired: somebody else where our data was copied, so that a target is told by the original or by the copy."""
    identity = _value(connection, _IDENTITY) or ""
    if _value(connection, PLACE) != place:
        return str(uuid5(UUID(identity), place))
    return _value(connection, _SENDER) or identity


def source_of_books(connection: Connection, place: str) -> str:
    """The source of embedded billing's events: the books of two databases, or of a copy, are never taken for the same.

    Databases from before this was so keep theirs, and with it the ids of their events.
    """
    if _value(connection, PLACE) != place:
        return f"{SOURCE}-{sender_at(connection, place)}"
    return _value(connection, BOOKS) or SOURCE


def keep_pair(connection: Connection, handler_id: int, whom: Whom, who: str, now: datetime) -> None:
    """Keep what was agreed on."""
    values = {"database_uuid": whom.database_uuid, "address": whom.address, "paired_at": now, "who": who}
    new = insert_into(connection, pairing)
    connection.execute(
        new.values(handler_id=handler_id, **values).on_conflict_do_update(index_elements=["handler_id"], set_=values)
    )


def keep_sender(connection: Connection, place: str) -> None:
    """Keep who we are, and that the data lives here."""
    kept = {_SENDER: sender_at(connection, place), BOOKS: source_of_books(connection, place), PLACE: place}
    for key, value in kept.items():
        if _value(connection, key) is None:
            connection.execute(insert(instance).values(key=key, value=value))
        else:
            connection.execute(update(instance).where(instance.c.key == key).values(value=value))


def _value(connection: Connection, key: str) -> str | None:
    return connection.execute(select(instance.c.value).where(instance.c.key == key)).scalar()
