# SPDX-License-Identifier: LGPL-3.0-only
"""Amounts of an entry, all of one currency."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from .part import Part

_AMOUNT = re.compile(r"-?\d{1,15}(?:\.\d+)?", re.ASCII)


class Purse:
    """Reads amounts, all of one currency: the first one sets it."""

    __slots__ = ("_decimals_of", "currency", "decimals")

    def __init__(self, decimals_of: Callable[[str], int | None]) -> None:
        self._decimals_of = decimals_of
        self.currency = ""
        self.decimals = 0

    def optional(self, part: Part, name: str) -> Decimal | None:
        money = part.optional(name)
        if money is None:
            return None
        self._one_currency(money)
        text = money.required("amount")
        if not _AMOUNT.fullmatch(text):
            raise money.refused("amount", f"{text!r} is not an amount: write it like 30 or 30.00")
        if len(text.partition(".")[2]) > self.decimals:
            raise money.refused(
                "amount",
                f"{text!r} has too many decimals: {self.currency} has {self.decimals}; round it in billing first",
            )
        return Decimal(text)

    def amount(self, part: Part, name: str) -> Decimal:
        value = self.optional(part, name)
        if value is None:
            raise part.refused(name, "is missing")
        return value

    def _one_currency(self, money: Part) -> None:
        currency = money.required("currency")
        if currency == self.currency:
            return
        if self.currency:
            raise money.refused("currency", f"{currency}, but other amounts of the event are in {self.currency}")
        decimals = self._decimals_of(currency)
        if decimals is None:
            raise money.refused(
                "currency", f"{currency!r} is not a currency of this Odoo: use an ISO 4217 code such as USD"
            )
        self.currency, self.decimals = currency, decimals
