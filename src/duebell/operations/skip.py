"""Skipping one event, by a person who is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from duebell.storage.audit import note
from duebell.storage.skip import skip_event

if TYPE_CHECKING:
    from duebell.instance import Instance


async def skip(instance: Instance, who: str, event_id: str, because: str, handler: str | None = None) -> dict[str, Any]:
    """Settle what waits of the event, for one handler or for all; see `skip_event`. The event as it is then.

    Raises:
        InvalidValue: no reason.
        Unknown: no such event or handler.
        NotPossible: nothing of it waits.
    """

    def unit(connection: Connection) -> dict[str, Any]:
        event = skip_event(connection, event_id, because, instance.now(), handler)
        note(connection, at=instance.now(), who=who, action="skipped an event", subject=event["id"], detail=handler)
        return event

    return await instance.write(unit)
