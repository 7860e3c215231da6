"""Where accounts are kept: the port, and one in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Protocol

from duebell.billing.account import Account
from duebell.billing.billing_run import next_visit_at
from duebell.billing.customer import BillingCustomer
from duebell.errors import NotPossible, Unknown

NO_TIME = timedelta(0)


class Ledger(Protocol):
    """The accounts of one environment, within one transaction of the caller's.

    What `get`, `page` and `due` give may be changed and is kept by `save` only.
    """

    def add(self, account: Account) -> None:
        """Keep a new customer's account.

        Raises:
            NotPossible: his external id or his reference is another customer's.
        """

    def get(self, external_id: str) -> Account:
        """The customer's account, complete; nobody else changes it before the transaction ends.

        Raises:
            Unknown: no such customer.
        """

    def page(self, after: str, at_most: int) -> Sequence[Account]:
        """Accounts in order of external id, from behind `after` ("": from the first).

        Settled invoices and payments may be missing in them.
        """

    def due(self, now: datetime, at_most: int) -> Sequence[Account]:
        """Accounts with the earliest moment at which a billing run has something to do, unless that lies after `now`.

        Settled invoices and payments may be missing in them.
        """

    def save(self, accounts: Iterable[Account]) -> None:
        """Keep accounts that this ledger gave, as they are now."""

    def next_invoice_number(self, year: int) -> int:
        """Count one more invoice of the year: 1, 2, 3 … without gaps."""

    def clock_offset(self, more: timedelta = NO_TIME) -> timedelta:
        """How far billing's clock is ahead of the real one, once `more` is added to that."""


class MemoryLedger:
    """A ledger that forgets: for tests, and for trying things out. It undoes nothing."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._visits: dict[str, datetime | None] = {}
        self._invoices: Counter[int] = Counter()
        self._offset = NO_TIME

    def add(self, account: Account) -> None:
        reference = account.customer.reference
        for other in self._accounts.values():
            if other.id == account.id or (reference and other.customer.reference == reference):
                raise taken(account.customer, other.id)
        self.save([account])

    def get(self, external_id: str) -> Account:
        if external_id not in self._accounts:
            raise no_such_customer(external_id)
        return self._accounts[external_id].copy()

    def page(self, after: str, at_most: int) -> Sequence[Account]:
        return [self.get(external_id) for external_id in sorted(self._accounts) if external_id > after][:at_most]

    def due(self, now: datetime, at_most: int) -> Sequence[Account]:
        earliest = min((at for at in self._visits.values() if at is not None and at <= now), default=None)
        found = (external_id for external_id, at in self._visits.items() if earliest and at == earliest)
        return [self.get(external_id) for external_id in islice(found, at_most)]

    def save(self, accounts: Iterable[Account]) -> None:
        for account in accounts:
            self._accounts[account.id] = account.copy()
            self._visits[account.id] = next_visit_at(account)

    def next_invoice_number(self, year: int) -> int:
        self._invoices[year] += 1
        return self._invoices[year]

    def clock_offset(self, more: timedelta = NO_TIME) -> timedelta:
        self._offset += more
        return self._offset


def no_such_customer(external_id: str) -> Unknown:
    """What to say when an account isn't there."""
    return Unknown(f"Billing has no customer {external_id!r}: `duebell billing customer list` shows them.")


def taken(customer: BillingCustomer, other_id: str) -> NotPossible:
    """What to say when the customer `other_id` has the external id or the reference already."""
    if customer.external_id == other_id:
        return NotPossible(f"There is a customer {other_id!r} already: choose another external id.")
    return NotPossible(f"Reference {customer.reference!r} is {other_id}'s: each customer needs his own.")
