"""Answers kept under the keys that their askers chose, so that a request that is sent again is not done again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, delete, select, update

from duebell.storage.insertion import insert_into
from duebell.storage.tables_idempotency import kept_answer

LASTS = timedelta(hours=24)
"""So long an answer is kept."""
LONGEST_WORK = timedelta(minutes=10)
"""What is under way for longer has ended without an answer: its process was killed."""


class State(StrEnum):
    """How far a request came that was sent with a key."""

    UNDER_WAY = "under_way"
    ANSWERED = "answered"
    UNKNOWN = "unknown"
    """It failed halfway, or its process was killed: nobody knows whether it took effect."""


@dataclass(frozen=True, slots=True)
class Name:
    """Under which an answer is kept: who asked, and the key that he chose."""

    who: str
    key: str

    @property
    def row(self) -> ColumnElement[bool]:
        return and_(kept_answer.c.who == self.who, kept_answer.c.key == self.key)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The request that came under this name before; `answer` as it was given to `keep`, if it was answered."""

    fingerprint: str
    state: State
    answer: str | None


def claim(connection: Connection, name: Name, fingerprint: str, now: datetime) -> Earlier | None:
    """Begin a request under a name, which nobody else can from now on; None: it is the first. What was kept for long enough goes."""
    connection.execute(delete(kept_answer).where(kept_answer.c.asked_at < now - LASTS))
    new = insert_into(connection, kept_answer).on_conflict_do_nothing()
    row = {"who": name.who, "key": name.key, "fingerprint": fingerprint, "state": State.UNDER_WAY, "asked_at": now}
    if connection.execute(new.values(row).returning(kept_answer.c.key)).first() is not None:
        return None
    found = connection.execute(select(kept_answer).where(name.row)).one()
    lost = found.state == State.UNDER_WAY and found.asked_at < now - LONGEST_WORK
    return Earlier(found.fingerprint, State.UNKNOWN if lost else State(found.state), found.answer)


def keep(connection: Connection, name: Name, answer: str) -> None:
    """It was answered so."""
    connection.execute(update(kept_answer).where(name.row).values(state=State.ANSWERED, answer=answer))


def release(connection: Connection, name: Name) -> None:
    """Nothing was done: the name is free again."""
    connection.execute(delete(kept_answer).where(name.row))


def give_up(connection: Connection, name: Name) -> None:
    """It failed, and nobody knows how far it came."""
    connection.execute(update(kept_answer).where(name.row).values(state=State.UNKNOWN))
