"""A reading of a PortaBilling's customer beside what was known: what that means is recorded and known in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection, select, union_all

from duebell.espf.envelope import Happening
from duebell.espf.rules import Ages
from duebell.portabilling import SOURCE
from duebell.portabilling.known import Known, KnownInvoice, Told
from duebell.portabilling.meaning import meaning
from duebell.portabilling.next_look import next_look_at
from duebell.portabilling.options import PortaBillingOptions
from duebell.portabilling.raw import RawEvent
from duebell.portabilling.readings import CustomerCondition, InvoiceStatus, Reading
from duebell.storage.known import (
    conditions,
    customers_of,
    due,
    is_over,
    load,
    load_for_update,
    postpone,
    save,
    statuses,
    unsettled,
    were_read,
)
from duebell.storage.recorder import Recorded, record
from duebell.storage.references import references_of
from duebell.storage.store import Store
from duebell.storage.tables import event, past_event

T = TypeVar("T")
SOONEST = timedelta(minutes=1)
"""Nobody is looked at again sooner than that, whatever is found."""
LONG_AGO = timedelta(days=30)
"""An invoice that was settled when it was first read, and issued so long before, is not kept: history would let it go again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How readings of one environment become events."""

    environment: str
    options: PortaBillingOptions
    within: Ages


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why a customer was read: the raw events about him, none if nobody asked; `billing_now` is the moment by PortaBilling's clock.

    `taking_over`: one who was never read is only remembered as he stands.
    """

    causes: Sequence[RawEvent] = ()
    billing_now: datetime
    taking_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """The new events that a reading means, in their order, as they were recorded."""

    happenings: Sequence[Happening] = ()
    recorded: Sequence[Recorded] = ()


def compare(connection: Connection, reading: Reading, occasion: Occasion, terms: Terms, now: datetime) -> Compared | None:
    """Record what the reading means, and know it from now on. None: one that began later counts, nothing was done.

    A fact that was recorded before is the same fact, though it was read with other amounts.

    Raises:
        UnreadableAnswer: a cause lacks what its meaning needs; the sentence says what.
    """
    place = terms.environment, reading.customer.i_customer
    kept = load_for_update(connection, *place, [one.i_invoice for one in reading.invoices])
    if kept.began_at is not None and reading.began_at < kept.began_at:
        return None
    happenings, known = _meant(connection, kept.known, reading, occasion, terms)
    recorded = record(connection, happenings, now, terms.within)
    look_at = next_look_at(known, terms.options)
    if look_at is not None:
        look_at = max(look_at - (occasion.billing_now - now), now + SOONEST)
    save(connection, *place, kept.known, known, began_at=reading.began_at, next_look_at=look_at, now=now)
    return Compared(happenings=happenings, recorded=recorded)


def meant(connection: Connection, reading: Reading, occasion: Occasion, terms: Terms) -> Sequence[Happening]:
    """What the reading would mean; nothing is recorded."""
    place = terms.environment, reading.customer.i_customer
    kept = load(connection, *place, [one.i_invoice for one in reading.invoices])
    return _meant(connection, kept.known, reading, occasion, terms)[0]


class SqlKnownBilling:
    """`portabilling.reader.KnownBilling` over a store.

    `recorded` is told what was committed. Where several processes share the store, the one that `leads` looks at customers unasked.
    """

    def __init__(
        self,
        store: Store,
        terms: Terms,
        now: Callable[[], datetime],
        *,
        recorded: Callable[[Sequence[Happening], Sequence[Recorded]], None] = lambda *_: None,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._terms = terms
        self._now = now
        self._recorded = recorded
        self._leads = leads

    async def customers_of(self, invoices: Collection[str]) -> Mapping[str, str]:
        return await self._read(partial(customers_of, environment=self._terms.environment, invoices=invoices))

    async def unsettled(self, i_customer: str) -> Collection[str]:
        return await self._read(partial(unsettled, environment=self._terms.environment, i_customer=i_customer))

    async def statuses(self, invoices: Collection[str]) -> Mapping[str, InvoiceStatus | None]:
        return await self._read(partial(statuses, environment=self._terms.environment, invoices=invoices))

    async def conditions(self, customers: Collection[str]) -> Mapping[str, CustomerCondition]:
        return await self._read(partial(conditions, environment=self._terms.environment, customers=customers))

    async def were_read(self, customers: Collection[str]) -> Collection[str]:
        return await self._read(partial(were_read, environment=self._terms.environment, customers=customers))

    async def references_of(self, customers: Collection[str]) -> Mapping[str, str]:
        return await self._read(partial(references_of, environment=self._terms.environment, customers=customers))

    async def compare(
        self, reading: Reading, causes: Sequence[RawEvent], billing_now: datetime, *, taking_over: bool = False
    ) -> Sequence[Happening] | None:
        occasion = Occasion(causes=causes, billing_now=billing_now, taking_over=taking_over)
        compared = await self._write(lambda connection: compare(connection, reading, occasion, self._terms, self._now()))
        if compared is None:
            return None
        self._recorded(compared.happenings, compared.recorded)
        return compared.happenings

    async def meant(self, reading: Reading, billing_now: datetime) -> Sequence[Happening]:
        occasion = Occasion(billing_now=billing_now)
        return await self._read(partial(meant, reading=reading, occasion=occasion, terms=self._terms))

    async def due(self, now: datetime, at_most: int) -> Sequence[str]:
        if not self._leads():
            return ()
        return await self._read(partial(due, environment=self._terms.environment, now=now, at_most=at_most))

    async def postpone(self, customers: Collection[str], until: datetime) -> None:
        await self._write(partial(postpone, environment=self._terms.environment, customers=customers, until=until))

    async def _read(self, query: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(self._store.read, query)

    async def _write(self, unit: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._store.write(unit))


def _meant(
    connection: Connection, before: Known, reading: Reading, occasion: Occasion, terms: Terms
) -> tuple[Sequence[Happening], Known]:
    reading = _as_entered(connection, reading, terms.environment)
    causes, now, silent = occasion.causes, occasion.billing_now, occasion.taking_over
    found = meaning(before, reading, causes, now, terms.options, taking_over=silent)
    happenings = [_happening(told, terms) for told in found.facts]
    recorded = _recorded(connection, [one.id for one in happenings])
    return [one for one in happenings if str(one.id) not in recorded], _worth_keeping(
        found.known, before, occasion.billing_now
    )


def _as_entered(connection: Connection, reading: Reading, environment: str) -> Reading:
    """The reading with the reference that an operator entered of the customer, if one did."""
    found = references_of(connection, environment, [reading.customer.i_customer])
    if not found:
        return reading
    customer = replace(reading.customer.customer, reference=found[reading.customer.i_customer])
    return replace(reading, customer=replace(reading.customer, customer=customer))


def _worth_keeping(known: Known, before: Known, billing_now: datetime) -> Known:
    def was_over(invoice: KnownInvoice) -> bool:
        return is_over(invoice) and not invoice.times and invoice.seen.issued_on < (billing_now - LONG_AGO).date()

    kept = {id_: one for id_, one in known.invoices.items() if id_ in before.invoices or not was_over(one)}
    return replace(known, invoices=kept)


def _happening(told: Told, terms: Terms) -> Happening:
    return Happening(
        environment=terms.environment,
        source=SOURCE,
        source_id=told.source_id,
        company=terms.options.company,
        occurred_at=told.occurred_at,
        fact=told.fact,
        told=told.told,
    )


def _recorded(connection: Connection, ids: Sequence[UUID]) -> set[str]:
    texts = [str(id_) for id_ in ids]
    query = union_all(*(select(table.c.id).where(table.c.id.in_(texts)) for table in (event, past_event)))
    return set(connection.execute(query).scalars()) if texts else set()
