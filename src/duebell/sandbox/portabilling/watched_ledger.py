"""A ledger that tells what became of accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from duebell.billing.account import Account
from duebell.billing.ledger import NO_TIME, Ledger

Watch = Callable[[Account | None, Account], None]
"""Told of an account as it was (None: it is new) and as it is now."""


class WatchedLedger:
    """`Ledger` over another one; `watch` is told after each change is kept."""

    def __init__(self, ledger: Ledger, watch: Watch) -> None:
        self._ledger = ledger
        self._watch = watch
        self._given: dict[str, Account] = {}

    def add(self, account: Account) -> None:
        self._ledger.add(account)
        self._watch(None, account)

    def get(self, external_id: str) -> Account:
        return self._remembered([self._ledger.get(external_id)])[0]

    def page(self, after: str, at_most: int) -> Sequence[Account]:
        return self._ledger.page(after, at_most)

    def due(self, now: datetime, at_most: int) -> Sequence[Account]:
        return self._remembered(self._ledger.due(now, at_most))

    def save(self, accounts: Iterable[Account]) -> None:
        saved = list(accounts)
        self._ledger.save(saved)
        for account in saved:
            self._watch(self._given.pop(account.id), account)

    def next_invoice_number(self, year: int) -> int:
        return self._ledger.next_invoice_number(year)

    def clock_offset(self, more: timedelta = NO_TIME) -> timedelta:
        return self._ledger.clock_offset(more)

    def _remembered(self, accounts: Sequence[Account]) -> Sequence[Account]:
        self._given |= {account.id: account.copy() for account in accounts}
        return accounts
