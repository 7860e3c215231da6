"""A reader at work over a stand-in PortaBilling, and the raw events that a test hands it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import select

from builders import usd
from duebell.espf.handler import Outcome, Owed
from duebell.espf.rules import usual_ages
from duebell.instance import Instance
from duebell.portabilling.api import Client
from duebell.portabilling.group import PORTABILLING, options_of
from duebell.portabilling.options import PortaBillingOptions
from duebell.portabilling.raw import RawEvent, to_owe
from duebell.portabilling.reader import Reader
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.storage.comparing import SqlKnownBilling, Terms
from duebell.storage.store import Store
from duebell.storage.tables import event


def values(url: str, **other: str) -> dict[str, str]:
    """What is typed into the group."""
    return {
        "API_URL": url,
        "API_Login": "duebell",
        "API_Password": "stand-in",
        "Allowed_Hosts": "127.0.0.1",
        "Event_Password": "of-the-sender",
        "Time_Zones": "*=America/New_York",
        **other,
    }


def options(url: str, **other: str) -> PortaBillingOptions:
    return options_of(PORTABILLING.checked(values(url, **other)))


def a_reader(stand_in: PortaBillingStandIn, store: Store, **other: str) -> Reader:
    chosen = options(stand_in.url, **other)
    known = SqlKnownBilling(store, Terms(environment="Global", options=chosen, within=usual_ages), stand_in.now)
    return Reader(Client(chosen.api), chosen, known, stand_in.now)


@dataclass
class World:
    """The stand-in, our store, the reader, and John Doe's number."""

    stand_in: PortaBillingStandIn
    store: Store
    reader: Reader
    john: str = "1"
    _numbers: Any = field(default_factory=lambda: count(1))

    async def comes(self, type_: str = "Customer/Updated", **variables: str) -> Outcome:
        """One raw event comes; about John if it doesn't say."""
        return next(iter((await self.come((type_, variables or {"i_customer": self.john}))).values()))

    async def come(self, *raws: tuple[str, Mapping[str, str]]) -> Mapping[int, Outcome]:
        """Raw events come together, as a queue hands them over."""
        return await self.reader.provision([self.owed(type_, variables) for type_, variables in raws])

    def owed(self, type_: str, variables: Mapping[str, str]) -> Owed:
        number = next(self._numbers)
        raw = RawEvent(environment="Global", i_event=str(number), type=type_, variables=variables, at=self.stand_in.now())
        return Owed(
            provisioning=number,
            stream=number,
            event_id=raw.i_event,
            replay=0,
            type=type_,
            cloud_event=to_owe(raw),
            epoch=1,
            notify_by=raw.at,
        )

    def told(self) -> Sequence[str]:
        """`type subject` of all that was recorded, in order."""
        columns = select(event.c.type, event.c.subject).order_by(event.c.number)
        return self.store.read(lambda c: [f"{type_} {subject}" for type_, subject in c.execute(columns)])

    def invoice(self, amount: str = "30") -> str:
        return self.stand_in.invoice("john-doe", usd(amount))


async def configure(instance: Instance, stand_in: PortaBillingStandIn, **other: str) -> None:
    """Put the stand-in in force, as a Verify that passed does."""
    await instance.configuration(lambda server: server.type("Global", "PortaBilling", values(stand_in.url, **other)))
    typed = await instance.configuration(lambda server: server.draft("Global", "PortaBilling"))
    await instance.apply("Global", "PortaBilling", typed)


async def recorded(instance: Instance) -> list[str]:
    """The types of all events, in order."""
    return list(await instance.read(lambda c: c.execute(select(event.c.type).order_by(event.c.number)).scalars().all()))
