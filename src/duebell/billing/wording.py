"""What people type: checked where it comes in, each error with the name of what was typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from duebell.errors import InvalidValue
from duebell.money import Money

MOST = Decimal(1_000_000_000_000)
"""The largest single amount: it keeps every sum inside a database's integers."""
_CONTROL = {"Cc", "Cs", "Zl", "Zp"}


@contextmanager
def naming(what: str) -> Iterator[None]:
    """Turn a ValueError into InvalidValue that begins with the name of what was typed."""
    try:
        yield
    except ValueError as error:
        raise InvalidValue(f"{what}: {str(error).rstrip('.')}.") from None


def one_line(text: str, what: str, longest: int = 200) -> str:
    """The text trimmed; line breaks and other control characters would break an SMS, and Odoo refuses NUL.

    Raises:
        InvalidValue: empty, longer than `longest` characters, or with control characters.
    """
    trimmed = text.strip()
    if not trimmed:
        raise InvalidValue(f"{what}: it is empty; type something.")
    if len(trimmed) > longest:
        raise InvalidValue(f"{what}: {len(trimmed)} characters are too many; {longest} is the most.")
    if any(unicodedata.category(character) in _CONTROL for character in trimmed):
        raise InvalidValue(f"{what}: it has line breaks or control characters; write it on one line.")
    return trimmed


def check_amount(amount: Money, currency: str, what: str) -> None:
    """An amount that somebody typed.

    Raises:
        InvalidValue: another currency than the customer's, not more than zero, or more than `MOST`.
    """
    if amount.currency != currency:
        raise InvalidValue(f"{what}: {amount} is not in the customer's currency: give it in {currency}.")
    if amount.amount <= 0:
        raise InvalidValue(f"{what}: {amount} is not more than zero.")
    if amount.amount > MOST:
        raise InvalidValue(f"{what}: {amount} is too much; {MOST:,} is the most.")
