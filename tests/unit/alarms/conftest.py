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
from duebell.events import FACTS
from duebell.sandbox.serving import Sandbox
from duebell.storage import alarms, tables
from duebell.storage.alarm_book import SqlAlarmBook
from duebell.storage.recorder import record
from duebell.storage.sqlite import SqliteStore
from duebell.storage.store import Store
from unit.alarms.receiver import SECRET, Receiver, receiving

HANDLER = "OdooCRM"
OPERATIONS = "operations@example.com"
PLENTY = 10**12


@dataclass
class Watched:
    """A store with one handler, a clock that stands until moved, the mail that was sent and the calls that were made."""

    store: Store
    clock: Clock
    sandbox: Sandbox
    receiver: Receiver
    values: dict[str, str]
    free_space: int = PLENTY
    _customers: int = 0

    def duty(self) -> Duty:
        """A process that keeps watch."""

        async def values() -> dict[str, str]:
            return self.values

        return Duty(
            book=SqlAlarmBook(self.store),
            values=values,
            channels=lambda settings: channels(settings, self.clock),
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

    def set_handler(self, **values: Any) -> None:
        self.write(lambda connection: connection.execute(update(tables.handler).values(**values)))

    @property
    def subjects(self) -> list[str]:
        """Of all mails that arrived, in order."""
        return [mail.subject for mail in self.sandbox.mailbox.mails()]


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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def sandbox(clock: Clock) -> AsyncIterator[Sandbox]:
    async with Sandbox(now=clock) as sandbox:
        yield sandbox


@pytest.fixture
async def receiver(clock: Clock) -> AsyncIterator[Receiver]:
    async with receiving(clock) as receiver:
        yield receiver


@pytest.fixture
def values(sandbox: Sandbox, receiver: Receiver) -> dict[str, str]:
    """The group as configured: mail and webhook."""
    return {
        "SMTP_Host": sandbox.smtp_host,
        "SMTP_Port": str(sandbox.smtp_port),
        "SMTP_Security": "none",
        "Mail_From": "duebell@example.com",
        "Mail_To": OPERATIONS,
        "Webhook_URL": receiver.url,
        "Webhook_Secret": SECRET,
        "Allowed_Hosts": "127.0.0.1",
    }


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = SqliteStore(tmp_path / "duebell.db")
    yield store
    store.close()


@pytest.fixture
def watched(store: Store, clock: Clock, sandbox: Sandbox, receiver: Receiver, values: dict[str, str]) -> Watched:
    def found(connection: Connection) -> None:
        row = {"id": 1, "name": HANDLER, "type": HANDLER, "environment": "Global", "enabled": True, "state": "up"}
        connection.execute(insert(tables.instance).values(key="epoch", value="1"))
        connection.execute(insert(tables.handler).values(**row, since=clock()))
        connection.execute(insert(tables.subscription), [{"handler_id": 1, "event_type": type_} for type_ in FACTS])

    store.write(found).result()
    return Watched(store, clock, sandbox, receiver, values)
