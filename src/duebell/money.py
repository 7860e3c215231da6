"""An amount of one currency, exact to its minor unit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from babel import localedata
from babel.numbers import get_currency_precision


@cache
def decimals_of(currency: str) -> int:
    """Minor-unit digits of an ISO 4217 currency: 2 for USD, 0 for JPY, 3 for KWD.

    Raises:
        ValueError: the code is not a known currency.
    """
    if currency not in _currencies():
        raise ValueError(f"{currency!r} is not a known currency: use an ISO 4217 code such as USD or EUR")
    return get_currency_precision(currency)


@cache
def _currencies() -> frozenset[str]:
    return frozenset(localedata.load("en")["currency_names"])


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount (Decimal, major units) of a currency (ISO 4217), held with exactly the currency's decimals.

    Raises:
        ValueError: unknown currency, not a finite number, or more decimals than the currency has.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        digits = decimals_of(self.currency)
        if not self.amount.is_finite():
            raise ValueError(f"{self.amount} is not an amount")
        exact = self.amount.quantize(Decimal(1).scaleb(-digits))
        if exact != self.amount:
            raise ValueError(f"{self.amount} has too many decimals: {self.currency} has {digits}; round it in billing first")
        object.__setattr__(self, "amount", exact)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read "30", "30.00"; a comma or a currency sign is an error rather than a guess."""
        try:
            return cls(Decimal(text), currency)
        except InvalidOperation:
            raise ValueError(f"{text!r} is not an amount: write it like 30 or 30.00") from None

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)

    @classmethod
    def from_minor(cls, units: int, currency: str) -> Money:
        """From integer minor units, as stored: (3000, "USD") is 30.00 USD."""
        return cls(Decimal(units).scaleb(-decimals_of(currency)), currency)

    @property
    def minor(self) -> int:
        """Integer minor units, as stored."""
        return int(self.amount.scaleb(decimals_of(self.currency)))

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{self} and {other} are not of one currency")
        return other.amount
