"""Which events a handler wants: a type, and of that type perhaps only some."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from duebell.errors import InvalidValue
from duebell.events import Fact, InvoiceFact, PaymentFact
from duebell.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Only events of these customer classes, companies and currencies, of at least an amount; an empty collection means any.

    What is compared is the amount that the event is about: an invoice's outstanding sum, a payment's amount, else all that
    the customer owes overdue. `minimum_amount` has a currency: events in another one are not wanted.
    """

    customer_classes: Collection[str] = ()
    companies: Collection[str] = ()
    currencies: Collection[str] = ()
    minimum_amount: Money | None = None

    def wants(self, fact: Fact, company: str | None) -> bool:
        """Whether an event that says this, of this company of the CSP's, is wanted."""
        amount = _amount(fact)
        least = self.minimum_amount
        return (
            (not self.customer_classes or fact.customer.customer_class in self.customer_classes)
            and (not self.companies or company in self.companies)
            and (not self.currencies or amount.currency in self.currencies)
            and (least is None or (amount.currency == least.currency and amount.amount >= least.amount))
        )

    def as_json(self) -> str | None:
        """The text to keep; None: everything is wanted."""
        kept: dict[str, Any] = {
            name: sorted(values)
            for name, values in (
                ("customer_classes", self.customer_classes),
                ("companies", self.companies),
                ("currencies", self.currencies),
            )
            if values
        }
        if self.minimum_amount is not None:
            kept["minimum_amount"] = {"amount": str(self.minimum_amount.amount), "currency": self.minimum_amount.currency}
        return json.dumps(kept) if kept else None

    @classmethod
    def from_json(cls, text: str | None) -> Filter:
        """Read what `as_json` made, or what somebody typed in that form.

        Raises:
            InvalidValue: it isn't of that form.
        """
        try:
            given = json.loads(text) if text else {}
            least = given.pop("minimum_amount", None)
            return cls(**{key: frozenset(map(str, value)) for key, value in given.items()}, minimum_amount=_money(least))
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError):
            raise InvalidValue(
                'The filter must be JSON like {"customer_classes": ["business"], "companies": ["Example Telecom"], '
                '"currencies": ["USD"], "minimum_amount": {"amount": "5.00", "currency": "USD"}}, each part optional.'
            ) from None


def _money(given: Any) -> Money | None:
    return None if given is None else Money.parse(str(given["amount"]), str(given["currency"]))


def _amount(fact: Fact) -> Money:
    match fact:
        case InvoiceFact():
            return fact.invoice.outstanding
        case PaymentFact():
            return fact.payment.amount
        case _:
            return fact.standing.total_overdue
