"""Which events a handler wants: a type, and of that type perhaps only some."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from duebell.errors import InvalidValue
from duebell.events import (
    CustomerLimitRemoved,
    CustomerSuspensionRemoved,
    Fact,
    InvoiceFact,
    InvoicePaid,
    InvoiceVoided,
    PaymentFact,
)
from duebell.money import Money, decimals_of

_ANY: frozenset[str] = frozenset()
ALL = 100
"""Per cent."""
_SETS = ("customer_classes", "companies", "currencies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Only events of these customer classes, companies and currencies, of at least an amount; an empty set means any.

    `percent`: only so many of a hundred customers, always the same ones, and with a higher percentage those and others; None: all.

    What is compared is the amount that the event is about: what is outstanding of an invoice (all of one that was paid or
    voided), a payment's amount, else all that the customer owes overdue. `minimum_amount` has a currency: events in another one
    are not wanted. The end of a limit or suspension is wanted whatever its amount: nothing may be owed any more.

    Raises:
        InvalidValue: a currency that there is not, a minimum in one that isn't wanted, so that nothing would be, or no percentage.
    """

    customer_classes: frozenset[str] = _ANY
    companies: frozenset[str] = _ANY
    currencies: frozenset[str] = _ANY
    minimum_amount: Money | None = None
    percent: int | None = None

    def __post_init__(self) -> None:
        for currency in sorted(self.currencies):
            try:
                decimals_of(currency)
            except ValueError as error:
                raise InvalidValue(f"{error}.") from None
        if self.percent is not None and not 1 <= self.percent <= ALL:
            raise InvalidValue(f"{self.percent} is no percentage of customers: give a whole number from 1 to {ALL}.")
        least = self.minimum_amount
        if least is not None and self.currencies and least.currency not in self.currencies:
            raise InvalidValue(
                f"No event is in {', '.join(sorted(self.currencies))} and of at least {least}: give the minimum in that currency."
            )

    def wants(self, fact: Fact, company: str | None) -> bool:
        """Whether an event that says this, of this company of the CSP's, is wanted."""
        amount = _amount(fact)
        least = self.minimum_amount
        return (
            (not self.customer_classes or fact.customer.customer_class in self.customer_classes)
            and (not self.companies or company in self.companies)
            and (not self.currencies or amount.currency in self.currencies)
            and (self.percent is None or _place(fact.customer.external_id) < self.percent)
            and (least is None or (amount.currency == least.currency and (_lifts(fact) or amount.amount >= least.amount)))
        )

    def as_json(self) -> str | None:
        """The text to keep; None: everything is wanted."""
        kept: dict[str, Any] = {name: sorted(getattr(self, name)) for name in _SETS if getattr(self, name)}
        if self.minimum_amount is not None:
            kept["minimum_amount"] = {"amount": str(self.minimum_amount.amount), "currency": self.minimum_amount.currency}
        if self.percent is not None:
            kept["percent"] = self.percent
        return json.dumps(kept) if kept else None

    @classmethod
    def from_json(cls, text: str | None) -> Filter:
        """Read what `as_json` made, or what somebody typed in that form.

        Raises:
            InvalidValue: it isn't of that form, or see the class.
        """
        try:
            given = json.loads(text) if text else {}
            least = given.pop("minimum_amount", None)
            percent = given.pop("percent", None)
            parts = {name: _strings(values) for name, values in given.items()}
            return cls(**parts, minimum_amount=_money(least), percent=_whole(percent))
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError):
            raise InvalidValue(
                'The filter must be JSON like {"customer_classes": ["business"], "companies": ["Example Telecom"], '
                '"currencies": ["USD"], "minimum_amount": {"amount": "5.00", "currency": "USD"}, "percent": 10}, each part optional.'
            ) from None


def _strings(values: Any) -> frozenset[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError("not a list of texts")
    return frozenset(values)


def _whole(given: Any) -> int | None:
    if given is not None and type(given) is not int:
        raise TypeError("not a whole number")
    return given


def _place(customer: str) -> int:
    """The customer's own place among a hundred, the same on every machine and in every release."""
    return int.from_bytes(hashlib.sha256(customer.encode()).digest()[:8]) % ALL


def _money(given: Any) -> Money | None:
    return None if given is None else Money.parse(str(given["amount"]), str(given["currency"]))


def _lifts(fact: Fact) -> bool:
    return isinstance(fact, CustomerLimitRemoved | CustomerSuspensionRemoved)


def _amount(fact: Fact) -> Money:
    match fact:
        case InvoicePaid() | InvoiceVoided():
            return fact.invoice.total
        case InvoiceFact():
            return fact.invoice.outstanding
        case PaymentFact():
            return fact.payment.amount
        case _:
            return fact.standing.total_overdue
