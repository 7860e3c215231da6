"""What can be done with embedded billing; whatever comes of it is recorded in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from duebell.billing import billing_run
from duebell.billing.account import Account
from duebell.billing.collection import CUSTOMER_CLASSES
from duebell.billing.customer import BillingCustomer
from duebell.billing.ledger import Ledger
from duebell.billing.occurrence import SOURCE
from duebell.errors import InvalidValue
from duebell.espf.envelope import Happening
from duebell.money import Money

ACCOUNTS_AT_ONCE = 100
"""A billing run reads and writes so many together."""
LONGEST_MORNING = timedelta(hours=billing_run.TIME_OF_RUN.hour + 1)
"""From midnight to the billing run, on a day whose clocks are set back."""
FARTHEST = timedelta(days=36_525)
"""So far may billing's clock be ahead; calendars end somewhere."""


@dataclass(frozen=True, slots=True)
class Change:
    """An account as it is after a change, and the events that were recorded, in order."""

    account: Account
    happenings: Sequence[Happening]


@dataclass(frozen=True, slots=True)
class Run:
    """One billing run: how often it visited an account, how many events came of it, and whether there may be more to do."""

    visits: int
    events: int
    more: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """Billing's time (aware, UTC), and how far it is ahead of the real one."""

    now: datetime
    offset: timedelta


class Billing:
    """Embedded billing of one environment, within one transaction.

    `now` is the real clock (aware); `record` keeps events, in the transaction that the ledger writes in; `company` is the
    CSP's company that the customers belong to; `source` tells these books from others. Whatever is done to a customer first
    brings his account up to billing's time.
    """

    def __init__(  # noqa: PLR0913 - the composition root passes every collaborator in
        self,
        ledger: Ledger,
        record: Callable[[Sequence[Happening]], object],
        now: Callable[[], datetime],
        environment: str,
        company: str | None = None,
        source: str = SOURCE,
    ) -> None:
        self._ledger = ledger
        self._record = record
        self._real_now = now
        self._environment = environment
        self._company = company
        self._source = source

    # --- looking ------------------------------------------------------------------------------------------------------

    def customer(self, external_id: str) -> Account:
        """One customer's account, as the last change or billing run left it.

        Raises:
            Unknown: no such customer.
        """
        return self._ledger.get(external_id)

    def customers(self, after: str = "", at_most: int = 100) -> Sequence[Account]:
        """Accounts in order of external id, from behind `after`; settled invoices and payments may be missing in them."""
        return self._ledger.page(after, at_most)

    def clock(self) -> Clock:
        """Billing's clock."""
        offset = self._ledger.clock_offset()
        return Clock(self._real_now() + offset, offset)

    # --- one customer -------------------------------------------------------------------------------------------------

    def add_customer(self, customer: BillingCustomer) -> Change:
        """Open an account.

        Raises:
            InvalidValue: a field is not what it should be.
            NotPossible: the external id or the reference is another customer's.
        """
        checked = customer.checked()
        account = Account.opened(checked, CUSTOMER_CLASSES[checked.customer_class], self.clock().now)
        self._ledger.add(account)
        return Change(account, ())

    def add_fee(self, external_id: str, service: str, amount: Money, first_charged_on: date | None = None) -> Change:
        """Charge `amount` each month; see `Account.add_fee`. All that follow raise Unknown for a customer not here."""
        account = self._up_to_date(external_id)
        account.add_fee(service, amount, first_charged_on)
        return self._keep(account)

    def charge(self, external_id: str, text: str, amount: Money, *, invoice_now: bool = False) -> Change:
        """Put a one-off charge on the next invoice, or on one that is issued now; see `Account.charge`."""
        account = self._up_to_date(external_id)
        account.charge(text, amount)
        if invoice_now:
            account.invoice_now(self._ledger.next_invoice_number)
        return self._keep(account)

    def invoice_now(self, external_id: str) -> Change:
        """Issue an invoice for what waits for one and for today's fees; see `Account.invoice_now`."""
        account = self._up_to_date(external_id)
        account.invoice_now(self._ledger.next_invoice_number)
        return self._keep(account)

    def pay(self, external_id: str, amount: Money, reference: str | None = None, method: str | None = None) -> Change:
        """Book a payment; see `Account.pay`."""
        account = self._up_to_date(external_id)
        account.pay(amount, reference, method)
        return self._keep(account)

    def void(self, external_id: str, number: str) -> Change:
        """Withdraw an invoice; see `Account.void`."""
        account = self._up_to_date(external_id)
        account.void(number)
        return self._keep(account)

    def put_on_hold(self, external_id: str, until: date, because: str) -> Change:
        """Collect nothing through `until`; see `Account.put_on_hold`."""
        account = self._up_to_date(external_id)
        account.put_on_hold(until, because)
        return self._keep(account)

    def release(self, external_id: str) -> Change:
        """End the hold; see `Account.release`."""
        account = self._up_to_date(external_id)
        account.release()
        return self._keep(account)

    def commit(self, external_id: str, service: str, discount: Money, ends_on: date, penalty: Money | None = None) -> Change:
        """Start a commitment; see `Account.commit`."""
        account = self._up_to_date(external_id)
        account.commit(service, discount, ends_on, penalty)
        return self._keep(account)

    def cancel_commitment(self, external_id: str, reference: str) -> Change:
        """End a commitment before its time; see `Account.cancel_commitment`."""
        account = self._up_to_date(external_id)
        account.cancel_commitment(reference)
        return self._keep(account)

    # --- time ---------------------------------------------------------------------------------------------------------

    def run(self, at_most: int | None = None) -> Run:
        """Do what has come due, in the order in which it did, at `at_most` visits to accounts (None: all of it).

        A caller that must not hold the transaction for long calls again while there is more.
        """
        now = self.clock().now
        visits = events = 0
        while at_most is None or visits < at_most:
            room = ACCOUNTS_AT_ONCE if at_most is None else min(ACCOUNTS_AT_ONCE, at_most - visits)
            accounts = self._ledger.due(now, room)
            if not accounts:
                return Run(visits, events, more=False)
            visits += len(accounts)
            events += len(self._visit(accounts))
        return Run(visits, events, more=True)

    def advance(self, days: int, hours: int = 0) -> Clock:
        """Set billing's clock, and no other, ahead; `run` then does what has come due. It never goes back.

        Raises:
            InvalidValue: not ahead, or more than a century ahead of the real clock.
        """
        if days < 0 or hours < 0 or days + hours == 0:
            raise InvalidValue("The billing clock only goes ahead: give one day or hour, or more.")
        if days + hours > FARTHEST.days or self.clock().offset + timedelta(days=days, hours=hours) > FARTHEST:
            raise InvalidValue(f"The billing clock may be {FARTHEST.days} days ahead of the real one at most: give fewer.")
        self._ledger.clock_offset(timedelta(days=days, hours=hours))
        return self.clock()

    def finish_day(self, reached: datetime) -> bool:
        """Set billing's clock on to a billing run still to come on the day `reached`; whether there was one.

        So a span of whole days ends with its last day billed, whatever the hour at which it began.
        """
        now = self.clock().now
        for account in self._ledger.due(reached + LONGEST_MORNING, 1):
            at = billing_run.next_visit_at(account)
            if at is not None and at > now:
                self._ledger.clock_offset(timedelta(seconds=ceil((at - now).total_seconds())))
                return True
        return False

    # ------------------------------------------------------------------------------------------------------------------

    def _visit(self, accounts: Sequence[Account]) -> Sequence[Happening]:
        """Bring accounts that are due at one moment to that moment."""
        for account in accounts:
            at = billing_run.next_visit_at(account)
            if at is not None:
                billing_run.advance(account, at, self._ledger.next_invoice_number)
        return self._save(accounts)

    def _up_to_date(self, external_id: str) -> Account:
        account = self._ledger.get(external_id)
        billing_run.advance(account, self.clock().now, self._ledger.next_invoice_number)
        return account

    def _keep(self, account: Account) -> Change:
        return Change(account, self._save([account]))

    def _save(self, accounts: Sequence[Account]) -> Sequence[Happening]:
        happenings = [
            occurrence.happening(self._environment, self._company, self._source)
            for account in accounts
            for occurrence in account.take_news()
        ]
        self._ledger.save(accounts)
        if happenings:
            self._record(happenings)
        return happenings
