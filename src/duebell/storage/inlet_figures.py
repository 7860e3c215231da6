"""What a monitoring system asks about the inlets: by indexes, however much has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from duebell.storage.raw_alarms import WAITING, raws_that
from duebell.storage.tables_raw import raw_event, source


@dataclass(frozen=True, slots=True, kw_only=True)
class InletFigures:
    """One PortaBilling's: what ever came, as counts by what became of it; how many raw events wait, the longest since when."""

    environment: str
    accepted: int
    repeated: int
    quarantined: int
    turned_away: int
    waiting: int
    waiting_since: datetime | None


def inlet_figures(connection: Connection) -> Sequence[InletFigures]:
    """Find them, in the order in which the PortaBillings came."""
    return [
        InletFigures(
            environment=row.environment,
            accepted=row.accepted,
            repeated=row.repeated,
            quarantined=row.quarantined,
            turned_away=row.unauthorized,
            waiting=_waiting(connection, row.environment),
            waiting_since=_waiting_since(connection, row.environment),
        )
        for row in connection.execute(select(source).order_by(source.c.id)).all()
    ]


def _waiting(connection: Connection, environment: str) -> int:
    query = select(func.count()).select_from(raw_event).where(*raws_that(WAITING, environment))
    return int(connection.execute(query).scalar_one())


def _waiting_since(connection: Connection, environment: str) -> datetime | None:
    """Numbers grow as they come: the first one's row is all that is looked at."""
    query = select(raw_event.c.received_at).where(*raws_that(WAITING, environment))
    return connection.execute(query.order_by(raw_event.c.number).limit(1)).scalar()
