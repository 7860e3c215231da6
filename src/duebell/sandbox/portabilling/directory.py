"""The numbers under which PortaBilling knows what embedded billing has."""

from __future__ import annotations

from collections.abc import Sequence

from duebell.billing.collection import CUSTOMER_CLASSES
from duebell.sandbox.portabilling.numbers import Numbers

TIME_ZONES: Sequence[str] = ("UTC", "America/New_York", "Europe/Madrid")
"""Those that have a number from the start: 1, 2, 3. Others get the next one when a customer has them."""


class Directory:
    """Numbers of customers (by external id), invoices (by number), and what else PortaBilling numbers; none is ever given twice.

    `first` is the first number of customers and of invoices.
    """

    def __init__(self, first: int = 1) -> None:
        self.customers = Numbers[str](first)
        self.invoices = Numbers[str](first)
        self.accounts = Numbers[tuple[str, str]](first)
        """Services of customers, by external id and service."""
        self.time_zones = Numbers[str]()
        self.classes = Numbers[str]()
        for zone in TIME_ZONES:
            self.time_zones.of(zone)
        for name in CUSTOMER_CLASSES:
            self.classes.of(name)
