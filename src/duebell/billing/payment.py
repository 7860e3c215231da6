"""Money that came in, and which invoices it settles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from duebell import events
from duebell.billing.invoice import Invoice
from duebell.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One payment; its reference is unique for the customer, so that the same payment is not booked twice."""

    reference: str
    amount: Money
    received_at: datetime
    method: str | None = None

    def snapshot(self) -> events.Payment:
        """As events tell of it."""
        return events.Payment(reference=self.reference, amount=self.amount, method=self.method)


def settle(invoices: Iterable[Invoice], money: Money) -> tuple[list[Invoice], Money]:
    """Spend the money on what is outstanding, the oldest invoice first.

    Returns the invoices that got some of it, as they are now, and what is left of the money.
    """
    changed = []
    for invoice in sorted(invoices, key=lambda invoice: invoice.age):
        share = min(invoice.outstanding, money)
        if share:
            changed.append(replace(invoice, paid=invoice.paid + share))
            money -= share
    return changed, money
