"""Reads what raw events are about, and has recorded what that means: the event handler behind the inlet.

A customer is read once for all of a call's raw events about him. What is read is compared and recorded in one transaction, so
that a call which is made again after its process was killed finds nothing new.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from duebell.errors import DuebellError, StorageError
from duebell.espf.envelope import Happening
from duebell.espf.handler import (
    ConfigurationRefused,
    Outcome,
    Owed,
    Provisioned,
    ProvisioningError,
    RefusalKind,
    Refused,
    TargetDown,
    TryAgain,
)
from duebell.portabilling.answer import UnreadableAnswer
from duebell.portabilling.api import Client, PortaBillingError, customers, end_of
from duebell.portabilling.differences import Differences, KnownStatuses, differences
from duebell.portabilling.look import customer_of, look, who
from duebell.portabilling.looks import Looks, LooksDue
from duebell.portabilling.options import About, PortaBillingOptions
from duebell.portabilling.raw import RawEvent, owed_raw
from duebell.portabilling.readings import Reading
from duebell.portabilling.types import about

SUSPICIOUS = 3
"""So many customers read in vain, and nobody in earnest: it lies with PortaBilling or the options, not with the customers."""
NO_SKEW = timedelta(0)
NOTHING_NEW = "Nothing new."
TELLS_NOBODY = "Nobody is told of events of this type."

_End = Outcome | DuebellError
"""What became of a raw event or of a customer's look; an error is judged beside the others of its call."""


class KnownBilling(LooksDue, KnownStatuses, Protocol):
    """What is known of one PortaBilling's customers. Every method commits before it returns."""

    async def customers_of(self, invoices: Collection[str]) -> Mapping[str, str]:
        """The customers (`i_customer`) of those of the invoices that are known, by `i_invoice`."""

    async def unsettled(self, i_customer: str) -> Collection[str]:
        """The customer's invoices that are still to be paid as far as is known."""

    async def were_read(self, customers: Collection[str]) -> Collection[str]:
        """Those of the customers (`i_customer`) that were read before."""

    async def references_of(self, customers: Collection[str]) -> Mapping[str, str]:
        """The references that an operator entered of these customers, by `i_customer`."""

    async def compare(
        self, reading: Reading, causes: Sequence[RawEvent], billing_now: datetime, *, taking_over: bool = False
    ) -> Sequence[Happening] | None:
        """Record what the reading means beside what was known, and know it from now on: the new events.

        None: a reading that began later counts already, and nothing was done. `billing_now` is the moment by PortaBilling's clock;
        `taking_over`: of one who was never read before it is only remembered.

        Raises:
            InvalidValue: a cause lacks what its meaning needs.
            StorageError: nothing was kept.
        """

    async def meant(self, reading: Reading, billing_now: datetime) -> Sequence[Happening]:
        """What `compare` would record now; nothing is."""


class Reader:
    """`espf.handler.EventHandler` for the raw events of one environment; reads a customer unasked, too."""

    max_batch = 100

    def __init__(
        self, client: Client, options: PortaBillingOptions, known: KnownBilling, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._options = options
        self._known = known
        self._now = now
        self.looks = Looks(self.read, known, now)
        """At customers of whom something may have become due without an event."""

    async def read(
        self, i_customer: str, causes: Sequence[RawEvent] = (), *, taking_over: bool = False
    ) -> Sequence[Happening]:
        """Read a customer as he stands now and record what that means: the new events.

        `taking_over`: of one who is read for the first time it is only remembered how he stands, and nothing is new.

        Raises:
            PortaBillingError: a call failed; the subclass says why.
            InvalidValue: an answer or a cause can't be read; the sentence says what to do.
            NoSuchCustomer: PortaBilling has none of that id.
            StorageError: the engine failed.
        """
        named = {raw.variables["i_invoice"] for raw in causes if "i_invoice" in raw.variables}
        while True:
            reading = await self._look(i_customer, named)
            came = await self._known.compare(reading, causes, self._billing_now, taking_over=taking_over)
            if came is not None:
                return came

    async def customers(self) -> AsyncIterator[str]:
        """The ids (`i_customer`) of all customers that PortaBilling has.

        Raises:
            PortaBillingError: a call failed; the subclass says why.
        """
        key = self._options.customer_fields["i_customer"]
        async for row in customers(self._client, key=key):
            yield str(row[key])

    async def strangers(self, ids: Sequence[str]) -> Sequence[str]:
        """Those of the customers that were never read, in the order given."""
        known = await self._known.were_read(ids)
        return [one for one in ids if one not in known]

    async def reference(self, i_customer: str) -> str | None:
        """By which reference the customer is known elsewhere: as an operator entered it, else as PortaBilling has it.

        Raises: as `read`.
        """
        entered = await self._known.references_of([i_customer])
        if i_customer in entered:
            return entered[i_customer]
        return (await who(self._client, i_customer, self._options)).customer.reference

    async def rehearse(self, i_customer: str) -> Sequence[Happening]:
        """What `read` would record now; nothing is. Raises the same."""
        return await self._known.meant(await self._look(i_customer), self._billing_now)

    def differences(self, since: datetime) -> AsyncIterator[Differences]:
        """Compare what PortaBilling has with what is known: see `differences.differences`."""
        return differences(self._client, self._options, self._known, since)

    async def provision(self, batch: Sequence[Owed]) -> Mapping[int, Outcome]:
        raws = {owed.provisioning: owed_raw(owed) for owed in batch}
        ends: dict[int, _End] = {}
        together: defaultdict[tuple[str, str | None], list[int]] = defaultdict(list)
        for number, customer in zip(raws, await self._customers(list(raws.values())), strict=True):
            if isinstance(customer, str):
                together[customer, self._apart(raws[number])].append(number)
            else:
                ends[number] = customer
        looks = [self._read_for(customer, [raws[one] for one in numbers]) for (customer, _), numbers in together.items()]
        read = await asyncio.gather(*looks)
        self._judge([*read, *(end for end in ends.values() if isinstance(end, DuebellError))])
        for numbers, end in zip(together.values(), read, strict=True):
            ends |= dict.fromkeys(numbers, end)
        return {number: _outcome(end) for number, end in ends.items()}

    async def probe(self) -> None:
        try:
            await self._client.probe()
        except PortaBillingError as error:
            raise end_of(error, self._now()) from error

    async def close(self) -> None:
        await self._client.close()

    async def _read_for(self, i_customer: str, causes: Sequence[RawEvent]) -> _End:
        try:
            came = await self.read(i_customer, causes)
        except StorageError:
            raise
        except DuebellError as error:
            return error
        return Provisioned(",".join(str(one.id) for one in came), remark=None if came else NOTHING_NEW)

    async def _look(self, i_customer: str, named: Collection[str] = ()) -> Reading:
        asked_about = {*named, *await self._known.unsettled(i_customer)}
        return await look(self._client, i_customer, self._options, self._now, asked_about)

    @property
    def _billing_now(self) -> datetime:
        return self._now() + (self._client.skew or NO_SKEW)

    def _apart(self, raw: RawEvent) -> str | None:
        """What tells of a commitment is all there is of it, and may be unreadable: it is read by itself."""
        return raw.i_event if about(raw.type, self._options) is About.COMMITMENT else None

    # --- whom raw events are about ----------------------------------------------------------------------------------

    async def _customers(self, raws: Sequence[RawEvent]) -> list[str | _End]:
        """For each its customer, or how it ends without one."""
        unnamed = {one for raw in raws if (one := self._invoice_alone(raw)) is not None}
        known = dict(await self._known.customers_of(unnamed)) if unnamed else {}
        asked = sorted(unnamed - known.keys())
        found = dict(zip(asked, await asyncio.gather(*map(self._customer_of, asked)), strict=True))
        return [self._customer(raw, known | found) for raw in raws]

    def _invoice_alone(self, raw: RawEvent) -> str | None:
        """The invoice that leads to the customer, where only that does."""
        is_read = about(raw.type, self._options) not in {None, About.NOTHING}
        return raw.variables.get("i_invoice") if is_read and "i_customer" not in raw.variables else None

    def _customer(self, raw: RawEvent, of_invoices: Mapping[str, str | _End]) -> str | _End:
        match about(raw.type, self._options):
            case None:
                return _refused(
                    f"Nobody knows the type {raw.type}: say in PortaBilling.Event_Types what it is about, and retry it."
                )
            case About.NOTHING:
                return Provisioned("", remark=TELLS_NOBODY)
        if "i_customer" in raw.variables:
            return raw.variables["i_customer"]
        if "i_invoice" in raw.variables:
            return of_invoices[raw.variables["i_invoice"]]
        return _refused("It names neither i_customer nor i_invoice, so that nobody can say whom it is about.")

    async def _customer_of(self, i_invoice: str) -> str | _End:
        try:
            found = await customer_of(self._client, i_invoice, self._options)
        except PortaBillingError as error:
            return error
        return found or _refused(f"PortaBilling has no invoice {i_invoice} (i_invoice), or doesn't say whose it is.")

    # --- how it ends ------------------------------------------------------------------------------------------------

    def _judge(self, ends: Sequence[_End]) -> None:
        """Raise what ends the whole call: PortaBilling or the options fail, not single customers."""
        errors = [end for end in ends if isinstance(end, DuebellError)]
        whole = [end_of(error, self._now()) for error in errors if isinstance(error, PortaBillingError)]
        for refused in whole:
            if isinstance(refused, ConfigurationRefused):
                raise refused
        if len(errors) == len(ends):
            _raise_first([end for end in whole if isinstance(end, TargetDown)])
            if len(errors) >= SUSPICIOUS:
                unreadable = all(isinstance(error, UnreadableAnswer) for error in errors)
                raise ConfigurationRefused(str(errors[0])) if unreadable else TargetDown(str(errors[0]))


def _raise_first(errors: Sequence[ProvisioningError]) -> None:
    if errors:
        raise errors[0]


def _outcome(end: _End) -> Outcome:
    if isinstance(end, PortaBillingError):
        return TryAgain(str(end))
    return _refused(str(end)) if isinstance(end, DuebellError) else end


def _refused(because: str) -> Refused:
    return Refused(because, RefusalKind.EVENT)
