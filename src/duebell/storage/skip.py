"""Skip: what waits is settled without being provisioned, because a person says so, and its line moves on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from duebell.errors import InvalidValue, NotPossible
from duebell.espf.provisioning import State
from duebell.storage.announce import announce
from duebell.storage.event_log import find_event, show_event
from duebell.storage.handlers import named
from duebell.storage.lines import lock_streams, move_up
from duebell.storage.tables import provisioning


def skip_event(
    connection: Connection, event_id: str, because: str, now: datetime, handler: str | None = None
) -> dict[str, Any]:
    """Settle what waits of the event, for one handler or for all, as skipped. The reason is kept and shown.

    A call that is out with it at this moment may still reach the target; whatever it answers, the event stays skipped.

    Raises:
        InvalidValue: no reason.
        Unknown: no such event or handler.
        NotPossible: nothing of it waits.
    """
    if not because.strip():
        raise InvalidValue("Say why it is skipped: the reason is kept and shown with the event.")
    found = find_event(connection, event_id)
    waits = [provisioning.c.event_number == found["number"], provisioning.c.state == State.WAITING.value]
    if handler is not None:
        waits.append(provisioning.c.handler_id == named(connection, handler).id)
    lock_streams(connection, [found["stream_id"]])
    settled = {"state": State.SKIPPED.value, "because": because.strip(), "is_head": False, "next_at": now}
    if not connection.execute(update(provisioning).where(*waits).values(settled)).rowcount:
        raise NotPossible(f"Nothing of event {found['id']} waits, so there is nothing to skip: `duebell events show` tells.")
    move_up(connection, [found["stream_id"]])
    announce(connection, "due")
    return show_event(connection, found["id"])
