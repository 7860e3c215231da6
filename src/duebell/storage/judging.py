"""Owed events judged anew by what their streams say now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from duebell.espf.handler import Owed
from duebell.storage.queue import superseding
from duebell.storage.tables import event, provisioning


def judged_anew(connection: Connection, batch: Sequence[Owed]) -> Sequence[Owed]:
    """The batch in its order, each with the first later event that makes it untrue, if one does by now."""
    columns = (provisioning.c.id, provisioning.c.event_number, event.c.stream_id, event.c.type, event.c.subject)
    ids = {owed.provisioning for owed in batch}
    rows = connection.execute(select(*columns).join_from(provisioning, event).where(provisioning.c.id.in_(ids))).all()
    later = superseding(connection, rows)
    numbers = {row.id: row.event_number for row in rows}
    return [replace(owed, superseded_by=later.get(numbers[owed.provisioning])) for owed in batch]
