"""An answer of PortaBilling's API by our names, its values read as it writes them. Pure; no error repeats a customer's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from duebell.errors import InvalidValue
from duebell.money import Money, decimals_of

MOST = Decimal(1_000_000_000_000)
"""The largest amount: it keeps every sum inside a database's integers."""
_FLAGS = {"Y": True, "N": False, "1": True, "0": False}
_DAY = "%Y-%m-%d"
_MOMENT = "%Y-%m-%d %H:%M:%S"


T = TypeVar("T")


class UnreadableAnswer(InvalidValue):
    """PortaBilling's answer lacks what is needed, or has it in a form that isn't known; the sentence says which option mends it."""

    slug = "portabilling-answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """One record of an answer: `what` it is, in a word; `names` are our names to PortaBilling's, which `option` overrides.

    An empty text is as if nothing came. Every method takes our name, and raises UnreadableAnswer if the value can't be read.
    """

    what: str
    content: Mapping[str, Any]
    names: Mapping[str, str]
    option: str

    def text(self, ours: str) -> str | None:
        """The trimmed text of it; numbers are written out."""
        value = self.content.get(self.names[ours])
        if isinstance(value, dict | list | float):  # a float has lost digits: JSON is read with parse_float=Decimal
            raise self.unreadable(ours, "neither a text nor a number")
        return (str(value).strip() or None) if value is not None else None

    def needed(self, ours: str) -> str:
        """Its text, which has to be there."""
        found = self.text(ours)
        if found is None:
            raise self.missing(ours)
        return found

    def flag(self, ours: str) -> bool:
        """Y or N, 1 or 0; nothing is no."""
        found = self.text(ours)
        if found is None:
            return False
        if found.upper() not in _FLAGS:
            raise self.unreadable(ours, "neither Y or N nor 1 or 0")
        return _FLAGS[found.upper()]

    def amount(self, ours: str) -> Decimal | None:
        """The amount as it came, with whatever decimals."""
        found = self.text(ours)
        try:
            amount = Decimal(found) if found is not None else None
        except InvalidOperation:
            raise self.unreadable(ours, "no amount") from None
        if amount is not None and not (amount.is_finite() and -MOST <= amount <= MOST):
            raise self.unreadable(ours, "no amount")
        return amount

    def day(self, ours: str, zone: ZoneInfo) -> date | None:
        """The day: as it came, or that on which a moment (UTC) lies in that zone."""
        found = self.text(ours)
        if found is None:
            return None
        try:
            if len(found) == len("2026-12-31"):
                return datetime.strptime(found, _DAY).replace(tzinfo=UTC).date()
            return datetime.strptime(found, _MOMENT).replace(tzinfo=UTC).astimezone(zone).date()
        except (ValueError, OverflowError):
            raise self.unreadable(ours, "neither a day like 2026-12-31 nor a moment like 2026-12-31 23:59:59") from None

    def needed_day(self, ours: str, zone: ZoneInfo) -> date:
        """The day, which has to be there."""
        found = self.day(ours, zone)
        if found is None:
            raise self.missing(ours)
        return found

    def word(self, ours: str, meanings: Mapping[str, T], option: str) -> T | None:
        """What its word means, in whatever case it is written, with blanks or underscores; `option` has the table of them."""
        given = self.text(ours)
        if given is None:
            return None
        found = meanings.get(" ".join(given.casefold().replace("_", " ").split())) or meanings.get(given.casefold())
        if found is None:
            raise UnreadableAnswer(
                f"No table says what the word {given!r} in {self.names[ours]} of PortaBilling's {self.what} means: "
                f"say so in PortaBilling.{option}, as {given}=its_meaning."
            )
        return found

    def missing(self, ours: str) -> UnreadableAnswer:
        """Return the error that says that it is needed."""
        return UnreadableAnswer(
            f"PortaBilling's {self.what} has no {self.names[ours]}, which is our {ours}: if yours calls it otherwise, "
            f"say so in PortaBilling.{self.option}, as {ours}=its_name."
        )

    def unreadable(self, ours: str, what: str) -> UnreadableAnswer:
        """Return the error that says what its value is."""
        return UnreadableAnswer(
            f"{self.names[ours]} of PortaBilling's {self.what}, which is our {ours}, is {what}: if another field is meant, "
            f"say so in PortaBilling.{self.option}, as {ours}=its_name."
        )


def rounded(amount: Decimal, currency: str) -> Money:
    """The amount to the currency's own decimals, half to even: PortaBilling counts in five, and nobody can pay a part of a cent."""
    exact = amount.quantize(Decimal(1).scaleb(-decimals_of(currency)), ROUND_HALF_EVEN)
    return Money(exact or Decimal(0), currency)  # zero has no sign
