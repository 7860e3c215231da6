"""How values are written: ids and amounts as strings, as numbers, or now so and now so."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any, Literal

from duebell.money import Money

Way = Literal["strings", "numbers", "mixed"]


def as_written(values: Mapping[str, str | Money], way: Way, random: Random) -> dict[str, Any]:
    """Values by name for JSON; those whose name begins with `i_` are ids, if they are numbers."""
    return {name: _written(name, value, _as_number(way, random)) for name, value in values.items()}


def _as_number(way: Way, random: Random) -> bool:
    return way == "numbers" or (way == "mixed" and random.random() < 1 / 2)


def _written(name: str, value: str | Money, as_number: bool) -> Any:  # noqa: FBT001 - one of two ways
    if isinstance(value, Money):
        return _plain(value.amount) if as_number else str(value.amount)
    is_id = name.startswith("i_") and value.isascii() and value.isdigit()
    return int(value) if as_number and is_id else value


def _plain(amount: Decimal) -> int | float:
    """A JSON number; JSON itself knows no other than these, and 15 digits of it are exact."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
