"""The stand-in's books: embedded billing in memory, under PortaBilling's numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from typing import TypeVar

from duebell.billing.account import Account
from duebell.billing.billing import Billing, Clock
from duebell.billing.billing_run import next_visit_at
from duebell.billing.ledger import MemoryLedger
from duebell.errors import InvalidValue, Unknown
from duebell.espf.envelope import Happening
from duebell.money import Money
from duebell.sandbox.portabilling.change import Change, Comparison
from duebell.sandbox.portabilling.directory import Directory
from duebell.sandbox.portabilling.shown import Shown, customer_info, invoice_info
from duebell.sandbox.portabilling.watched_ledger import WatchedLedger

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Issued:
    """An invoice as it was issued: whose, when (aware), and the amount due with earlier debt in it."""

    number: str
    customer: str
    at: datetime
    with_earlier_debt: Money


class Books:
    """Billing of one PortaBilling; `tell` gets what changed, in order. They are gone when the process ends.

    `now` is the real clock (aware), and `clock()` billing's, which may be ahead of it.
    """

    def __init__(
        self, now: Callable[[], datetime], tell: Callable[[Change], None], commitment_type: str, first_number: int = 1
    ) -> None:
        self.directory = Directory(first_number)
        self._ledger = MemoryLedger()
        self._watched = WatchedLedger(self._ledger, self._saw)
        self._billing = Billing(self._watched, _record_nothing, now, "PortaBilling")
        self._tell = tell
        self._commitment_type = commitment_type
        self._visits: list[datetime] = []
        self._issued: dict[str, Issued] = {}
        self._issued_to: defaultdict[str, list[Issued]] = defaultdict(list)
        self._customers: dict[str, None] = {}
        self._by_reference: dict[str, str] = {}
        self._shown_instead: dict[str, dict[str, str]] = {}

    # --- what is done in them -----------------------------------------------------------------------------------------

    def use(self, what: Callable[[Billing], T]) -> T:
        """Do what has come due by now, then `what`.

        Raises: what that raises; nothing is changed then.
        """
        self.run()
        return what(self._billing)

    def run(self) -> None:
        """Do what has come due by now."""
        now, due = self.clock().now, False
        while self._visits and self._visits[0] <= now:
            due = bool(heappop(self._visits))
        if due:
            self._billing.run()

    def clock(self) -> Clock:
        """Billing's clock."""
        return self._billing.clock()

    def advance(self, days: int, hours: int = 0) -> Clock:
        """Set billing's clock ahead and do what comes due by then; whole days end with the last day's billing run.

        Raises:
            InvalidValue: not ahead, or too far.
        """
        reached = self.use(lambda billing: billing.advance(days, hours))
        self.run()
        while days and self._billing.finish_day(reached.now):
            self.run()
        return self.clock()

    def show_instead(
        self, customer: str, number: str | None, fields: Mapping[str, str | None], kind: str | None = None
    ) -> None:
        """From now on the API shows these fields of a customer (`number` None) or of his invoice, whatever billing says.

        "" is empty, None as billing says again. It is for what embedded billing doesn't know: a blocked or delayed customer,
        an invoice under review. Events of type `kind` tell of it; None: of `Customer/Updated` or `Invoice/Status/Changed`.

        Raises:
            Unknown: no such customer or invoice.
            InvalidValue: the API shows no such field.
        """
        account = self.account(customer)
        if number is not None and number not in account.invoices:
            raise Unknown(f"{customer} has no invoice {number!r}.")
        shown = self.customer_info(customer) if number is None else self.invoice_info(number)
        if strange := sorted(fields.keys() - shown.keys()):
            raise InvalidValue(f"The API shows no field {strange[0]!r}; it shows {', '.join(shown)}.")
        instead = {**self._shown_instead.get(_place(number, customer), {}), **fields}
        self._shown_instead[_place(number, customer)] = {name: value for name, value in instead.items() if value is not None}
        told = Change(
            type=kind or ("Customer/Updated" if number is None else "Invoice/Status/Changed"),
            at=self.clock().now,
            i_customer=self.directory.customers.of(customer),
            i_invoice=None if number is None else self.directory.invoices.of(number),
        )
        self._tell(told)

    # --- what is in them ----------------------------------------------------------------------------------------------

    def account(self, external_id: str) -> Account:
        """A customer's account as billing has it now.

        Raises:
            Unknown: no such customer.
        """
        account = self._ledger.get(external_id)
        account.as_of = max(account.as_of, self.clock().now)  # a day may pass without anything to do
        return account

    # --- what the API shows -------------------------------------------------------------------------------------------

    def customer(self, *, i_customer: str = "", name: str = "", reference: str = "") -> str | None:
        """The customer's external id by the first of these that is given; None: there is none such."""
        if i_customer:
            return self.directory.customers.name(i_customer)
        found = name or self._by_reference.get(reference, "")
        return found if found in self._customers else None

    def customer_info(self, customer: str) -> Shown:
        """A customer by external id.

        Raises:
            Unknown: no such customer.
        """
        return customer_info(self.account(customer), self.directory) | self._shown_instead.get(_place(None, customer), {})

    def customers(self) -> Sequence[str]:
        """External ids, in the order of their numbers."""
        return list(self._customers)

    def invoice_info(self, number: str, *, as_moments: bool = False, earlier_debt: bool = False) -> Shown:
        """An invoice by number; see `Nuisances.days_as_moments` and `earlier_debt`."""
        issued = self._issued[number]
        account = self.account(issued.customer)
        invoice = account.invoices[number]
        amount_due = issued.with_earlier_debt if earlier_debt else invoice.total
        shown = invoice_info(invoice, account, self.directory, amount_due, as_moments=as_moments)
        return shown | self._shown_instead.get(_place(number, issued.customer), {})

    def invoices(self, customer: str | None = None) -> Iterator[Issued]:
        """All, or a customer's, in the order of their numbers."""
        return iter(self._issued.values() if customer is None else self._issued_to.get(customer, []))

    # ------------------------------------------------------------------------------------------------------------------

    def _saw(self, before: Account | None, after: Account) -> None:
        if before is None:
            self._customers[after.id] = None
            if after.customer.reference:
                self._by_reference[after.customer.reference] = after.id
        for number, invoice in after.invoices.items():
            if number not in self._issued:
                due = [one.outstanding for one in after.outstanding_invoices if one.age <= invoice.age]
                owed = sum(due, start=Money.zero(after.customer.currency))
                self._issued[number] = issued = Issued(number, after.id, after.as_of, owed)
                self._issued_to[after.id].append(issued)
        if (visit := next_visit_at(after)) is not None:
            heappush(self._visits, visit)
        for change in Comparison(before, after, self.directory, self._commitment_type).changes():
            self._tell(change)


def _place(number: str | None, customer: str) -> str:
    return f"invoice {number}" if number else f"customer {customer}"


def _record_nothing(happenings: Sequence[Happening]) -> None:
    """PortaBilling knows no events of ours."""
