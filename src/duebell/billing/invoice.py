"""An invoice: what was asked of a customer, by when, and what of it came in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from duebell import events
from duebell.money import Money


class InvoiceStatus(StrEnum):
    """Where an invoice stands."""

    UNPAID = "unpaid"
    PARTIALLY_PAID = "partially paid"
    PAID = "paid"
    OVERDUE = "overdue"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """What an amount is for; a discount is a negative amount and names the commitment that grants it."""

    text: str
    amount: Money
    commitment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One invoice; `overdue_on` is the day on which it was found overdue, `remind_on` that of a reminder still to come."""

    number: str
    issued_on: date
    due_on: date
    lines: tuple[InvoiceLine, ...]
    total: Money
    paid: Money
    remind_on: date | None = None
    overdue_on: date | None = None
    voided_on: date | None = None

    @property
    def outstanding(self) -> Money:
        """What is still owed."""
        return Money.zero(self.total.currency) if self.voided_on else self.total - self.paid

    @property
    def status(self) -> InvoiceStatus:
        """Partly paid and overdue is overdue."""
        if self.voided_on:
            return InvoiceStatus.VOIDED
        if not self.outstanding:
            return InvoiceStatus.PAID
        if self.overdue_on:
            return InvoiceStatus.OVERDUE
        return InvoiceStatus.PARTIALLY_PAID if self.paid else InvoiceStatus.UNPAID

    @property
    def age(self) -> tuple[date, int, str]:
        """Sorts the oldest first, and those of one day by number, also when it has grown a digit."""
        return self.issued_on, len(self.number), self.number

    def voided(self, day: date) -> Invoice:
        """Withdrawn: nothing is owed and nothing counts as paid."""
        return replace(self, voided_on=day, paid=Money.zero(self.total.currency))

    def snapshot(self) -> events.Invoice:
        """As events tell of it."""
        return events.Invoice(
            number=self.number,
            issued_on=self.issued_on,
            due_on=self.due_on,
            total=self.total,
            paid=self.paid,
            outstanding=self.outstanding,
        )


def invoice_number(year: int, count: int) -> str:
    """The number of a year's `count`th invoice: INV-2026-000001."""
    return f"INV-{year}-{count:06d}"


def total_of(amounts: Iterable[Money], currency: str) -> Money:
    """The sum; of none, zero."""
    return sum(amounts, start=Money.zero(currency))
