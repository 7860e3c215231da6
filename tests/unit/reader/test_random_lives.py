"""Random lives of customers in a PortaBilling that is hard to live with: what is recorded tells how they ended, once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from builders import usd
from duebell.billing.account import Account
from duebell.billing.customer import BillingCustomer
from duebell.billing.invoice import InvoiceStatus
from duebell.espf.handler import Owed, ProvisioningError, TryAgain
from duebell.events import CustomerStatus
from duebell.portabilling.raw import RawEvent, read_raw, to_owe
from duebell.portabilling.reader import Reader
from duebell.sandbox.portabilling.nuisances import EVERY_NUISANCE, Nuisances
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from duebell.storage.store import Store
from duebell.storage.tables import event, stream
from engines import SqliteMemory, with_handlers
from unit.reader.reading_world import a_reader
from unit.sandbox.clock import StandingClock

MISBEHAVING = EVERY_NUISANCE.model_copy(update={"latency": 0})
STEP = st.one_of(
    st.tuples(st.just("bill"), st.sampled_from([5, 30, 300])),
    st.tuples(st.just("pay"), st.sampled_from([1, 20, 40, 1000])),
    st.tuples(st.just("days"), st.sampled_from([1, 4, 8, 16, 31])),
    st.tuples(st.just("void"), st.just(0)),
    st.tuples(st.just("read"), st.integers(1, 6)),
    st.tuples(st.just("read while it is down"), st.just(3)),
)
TELLS = {
    "customer.limited": CustomerStatus.LIMITED,
    "customer.limit_removed": CustomerStatus.ACTIVE,
    "customer.suspended": CustomerStatus.SUSPENDED,
    "customer.suspension_removed": CustomerStatus.ACTIVE,
}
BECOMES = {
    InvoiceStatus.UNPAID: "invoice.generated",
    InvoiceStatus.PARTIALLY_PAID: "invoice.generated",
    InvoiceStatus.OVERDUE: "invoice.overdue",
    InvoiceStatus.PAID: "invoice.paid",
    InvoiceStatus.VOIDED: "invoice.voided",
}
"""The event that tells of an invoice last, by how it stands."""


@dataclass
class Lives:
    """The stand-in, the reader, and its loop. Each life is a new customer's."""

    runner: asyncio.Runner
    stand_in: PortaBillingStandIn
    store: Store
    reader: Reader
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    seen: int = 0

    def sent(self) -> list[RawEvent]:
        """What EventSender has queued since it was asked last."""
        bodies = [json.dumps(one.body()).encode() for one in self.stand_in.sender.waiting() if int(one.i_event) > self.seen]
        raws = [read_raw(body, environment="Global", received_at=self.stand_in.now()) for body in bodies]
        self.seen = max([self.seen, *(int(raw.i_event) for raw in raws)])
        return raws

    def read(self, raws: Sequence[RawEvent]) -> list[RawEvent]:
        """Hand these over in one call; those that are to be tried again."""
        batch = {number: raw for number, raw in zip(self.numbers, raws, strict=False)}  # noqa: C416 - numbers go on
        owed = [_owed(number, raw) for number, raw in batch.items()]
        try:
            outcomes = self.runner.run(self.reader.provision(owed))
        except ProvisioningError:
            return list(raws)
        return [batch[number] for number, outcome in outcomes.items() if isinstance(outcome, TryAgain)]

    def told(self, i_customer: str) -> list[tuple[str, str | None]]:
        """(type, subject) of all that was recorded of a customer, in order."""
        query = select(event.c.type, event.c.subject).join(stream).where(stream.c.customer == i_customer)
        return [tuple(row) for row in self.store.read(lambda c: c.execute(query.order_by(event.c.number)).all())]


def _owed(number: int, raw: RawEvent) -> Owed:
    return Owed(
        provisioning=number,
        stream=number,
        event_id=raw.i_event,
        replay=0,
        type=raw.type,
        cloud_event=to_owe(raw),
        epoch=1,
        notify_by=raw.at,
    )


@pytest.fixture(scope="module")
def lives() -> Iterator[Lives]:
    with asyncio.Runner() as runner:
        stand_in = PortaBillingStandIn(now=StandingClock())
        runner.run(stand_in.__aenter__())
        store = with_handlers(SqliteMemory().new(), ["OdooCRM"], stand_in.now())
        reader = a_reader(stand_in, store, Time_Zones="*=UTC")
        yield Lives(runner, stand_in, store, reader)
        runner.run(reader.close())
        runner.run(stand_in.__aexit__(None, None, None))
        store.close()


class Life:
    """One customer's, and the raw events of it that were not read yet."""

    def __init__(self, lives: Lives, random: Random) -> None:
        lives.stand_in.switch(Nuisances())
        self._lives = lives
        self._random = random
        self._unread: list[RawEvent] = []
        self.name = f"customer-{next(lives.numbers)}"
        customer = BillingCustomer(
            external_id=self.name, name=self.name, currency="USD", customer_class="limited-first", time_zone="UTC"
        )
        self.number = lives.stand_in.add_customer(customer)
        lives.runner.run(lives.reader.read(self.number))  # from then on everything is new that comes

    @property
    def account(self) -> Account:
        return self._lives.stand_in.billing(lambda billing: billing.customer(self.name))

    def take(self, step: str, size: int) -> None:
        stand_in = self._lives.stand_in
        match step:
            case "bill":
                stand_in.invoice(self.name, usd(str(size)))
            case "pay":
                stand_in.pay(self.name, usd(str(size)))
            case "days":
                stand_in.advance(size)
            case "void":
                self._void_one()
            case "read":
                self._read(size)
            case _:
                stand_in.switch(Nuisances(down=True))
                self._read(size)
        stand_in.switch(MISBEHAVING)
        self._gather()

    def end(self) -> None:
        """PortaBilling behaves from now on: all that is unread is read."""
        self._lives.stand_in.switch(Nuisances())
        self._gather()
        while self._unread:
            self._read(6)

    def _gather(self) -> None:
        mine = [raw for raw in self._lives.sent() if self._is_mine(raw)]
        twice = [raw for raw in mine if self._random.random() < 1 / 4]
        self._unread += mine + twice
        self._random.shuffle(self._unread)

    def _is_mine(self, raw: RawEvent) -> bool:
        if "i_customer" in raw.variables:
            return raw.variables["i_customer"] == self.number
        number = self._lives.stand_in.number(raw.variables["i_invoice"])
        return number in self.account.invoices

    def _read(self, size: int) -> None:
        now, self._unread = self._unread[:size], self._unread[size:]
        if now:
            self._unread += self._lives.read(now)

    def _void_one(self) -> None:
        open_ones = self.account.outstanding_invoices
        if open_ones:
            self._lives.stand_in.billing(lambda billing: billing.void(self.name, open_ones[-1].number))


@given(st.lists(STEP, min_size=3, max_size=15), st.integers(0, 2**32))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_recorded_of_a_life_tells_how_it_ended_and_nothing_twice(
    lives: Lives, steps: Sequence[tuple[str, int]], seed: int
) -> None:
    lives.stand_in._random.seed(seed)
    life = Life(lives, Random(seed))  # noqa: S311 - chance, no secret
    for step, size in steps:
        life.take(step, size)
    life.end()
    told = lives.told(life.number)
    account = life.account
    assert _status(told) is account.collection.status
    for number, invoice in account.invoices.items():
        of_it = [type_ for type_, subject in told if subject == number and type_.startswith("invoice.")]
        if of_it:
            assert of_it[-1] == BECOMES[invoice.status], "as it stands"
        else:  # it came and went while nobody read
            assert not invoice.outstanding, "none missing that still holds"
        assert max(Counter(of_it).values(), default=0) <= 1, "none twice"
    statuses = [TELLS[type_] for type_, _ in told if type_ in TELLS]
    assert all(one is not after for one, after in pairwise(statuses)), "no status twice in a row"


def _status(told: Sequence[tuple[str, str | None]]) -> CustomerStatus:
    return next((TELLS[type_] for type_, _ in reversed(told) if type_ in TELLS), CustomerStatus.ACTIVE)
