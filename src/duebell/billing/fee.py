"""A recurring fee: what a service costs each month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from duebell.billing.invoice import InvoiceLine
from duebell.money import Money

_LAST_ANNIVERSARY = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A monthly fee, charged in advance, first on `first_charged_on` and then on the anniversaries of that day.

    Anniversaries on the 29th to 31st are on the 28th, as in PortaBilling: every month has one.
    """

    service: str
    amount: Money
    first_charged_on: date
    next_charge_on: date

    def charged(self) -> Fee:
        """The fee once the period that begins on `next_charge_on` is charged."""
        return replace(self, next_charge_on=self._following)

    def line(self) -> InvoiceLine:
        """The invoice's line for the period that begins on `next_charge_on`."""
        last_day = self._following - timedelta(days=1)
        return InvoiceLine(text=f"{self.service}, {self.next_charge_on} to {last_day}", amount=self.amount)

    @property
    def _following(self) -> date:
        year, month = divmod(self.next_charge_on.year * 12 + self.next_charge_on.month, 12)
        return date(year, month + 1, min(self.first_charged_on.day, _LAST_ANNIVERSARY))
