from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from builders import Clock, generated
from duebell.alarms.channels import channels
from duebell.alarms.duty import Duty
from duebell.espf.envelope import Happening
from duebell.storage import alarms, tables
from duebell.storage.alarm_book import SqlAlarmBook
from duebell.storage.recorder import record
from duebell.storage.store import Store
from engines import Postgres, SqliteFile, with_handlers
from unit.alarms.mail_server import MailServer, mail_server
from unit.alarms.receiver import SECRET, Receiver, receiving

HANDLER = "OdooCRM"
OPERATIONS = "operations@example.com"
PLENTY = 10**12


@dataclass
class Watched:
    """A store with one handler, a clock that stands until moved, the mail that was sent and the calls that were made."""

    store: Store
    clock: Clock
    post: MailServer
    receiver: Receiver
    values: dict[str, str]
    free_space: int = PLENTY
    _customers: int = 0

    def duty(self, machine: str = "here") -> Duty:
        """A process that keeps watch on a machine."""

        async def values() -> dict[str, str]:
            return self.values

        return Duty(
            book=SqlAlarmBook(self.store),
            values=values,
            channels=lambda settings: channels(settings, self.clock),
            machine=machine,
            free_space=lambda: self.free_space,
            now=self.clock,
        )

    async def look(self, duty: Duty | None = None) -> None:
        """Look once and tell all there is to tell, as a process does that has just started."""
        duty = duty or self.duty()
        await duty.look()
        await duty.everything_told()

    def write(self, unit: Callable[[Connection], Any]) -> Any:
        return self.store.write(unit).result()

    def sound(self, cause: str, sentence: str = "It is so.", times: int = 1) -> None:
        self.write(lambda connection: [alarms.sound(connection, cause, sentence, self.clock()) for _ in range(times)])

    def clear(self, cause: str) -> None:
        self.write(lambda connection: alarms.clear(connection, cause, self.clock()))

    def standing(self) -> dict[str, dict[str, Any]]:
        """The alarms that stand, by cause."""
        return {alarm["cause"]: alarm for alarm in self.store.read(alarms.standing)}

    def record(self, *happenings: Happening) -> None:
        self.write(lambda connection: record(connection, happenings, self.clock()))

    def refuse(self, events: int, *, because: str = "Odoo refuses it.", state: str = "refused") -> list[int]:
        """Record events of customers of their own and let the handler refuse them; what was owed of each."""
        first = self._customers
        self._customers += events
        self.record(*(generated(f"customer-{number}") for number in range(first, self._customers)))
        return self.write(lambda connection: _refuse(connection, because, state, self.clock()))

    def provision(self, id_: int) -> None:
        """What was owed is at its target."""
        owed = update(tables.provisioning).where(tables.provisioning.c.id == id_)
        self.write(lambda connection: connection.execute(owed.values(state="provisioned", is_head=False)))

    def replay(self, id_: int) -> None:
        """Owe it anew."""
        self.write(lambda connection: _replay(connection, id_, self.clock()))

    def set_handler(self, **values: Any) -> None:
        self.write(lambda connection: connection.execute(update(tables.handler).values(**values)))

    @property
    def subjects(self) -> list[str]:
        """Of all mails that arrived, in order."""
        return [mail.subject for mail in self.post.mailbox.mails()]


def _refuse(connection: Connection, because: str, state: str, now: datetime) -> list[int]:
    waiting = (
        connection.execute(select(tables.provisioning.c.id).where(tables.provisioning.c.state == "waiting")).scalars().all()
    )
    ended = update(tables.provisioning).where(tables.provisioning.c.id.in_(waiting))
    connection.execute(ended.values(state=state, is_head=False, because=because))
    tried = {"started_at": now, "seconds": 0.1, "outcome": "Refused"}
    connection.execute(insert(tables.attempt), [{"provisioning_id": id_, **tried} for id_ in waiting])
    for _ in waiting:
        alarms.sound(connection, f"events {state}", because, now)
    return list(waiting)


def _replay(connection: Connection, id_: int, now: datetime) -> None:
    settled = connection.execute(select(tables.provisioning).where(tables.provisioning.c.id == id_)).mappings().one()
    shared = {name: settled[name] for name in ("handler_id", "event_number", "stream_id", "urgency", "notify_by")}
    anew = {**shared, "replay": settled["replay"] + 1, "state": "waiting", "is_head": True, "next_at": now}
    connection.execute(insert(tables.provisioning).values(anew))


@pytest.fixture
async def post(clock: Clock) -> AsyncIterator[MailServer]:
    async with mail_server(clock) as post:
        yield post


@pytest.fixture
async def receiver(clock: Clock) -> AsyncIterator[Receiver]:
    async with receiving(clock) as receiver:
        yield receiver


@pytest.fixture
def values(post: MailServer, receiver: Receiver) -> dict[str, str]:
    """The group as configured: mail and webhook."""
    return {
        "SMTP_Host": "127.0.0.1",
        "SMTP_Port": str(post.port),
        "SMTP_Security": "none",
        "Mail_From": "duebell@example.com",
        "Mail_To": OPERATIONS,
        "Webhook_URL": receiver.url,
        "Webhook_Secret": SECRET,
        "Allowed_Hosts": "127.0.0.1",
    }


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each engine."""
    engine = SqliteFile(tmp_path) if request.param == "sqlite" else Postgres(request.getfixturevalue("postgres_url"))
    store = engine.new()
    yield store
    store.close()


@pytest.fixture
def watched(store: Store, clock: Clock, post: MailServer, receiver: Receiver, values: dict[str, str]) -> Watched:
    return Watched(with_handlers(store, [HANDLER], clock()), clock, post, receiver, values)
