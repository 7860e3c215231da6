"""The customers that a PortaBilling has when it is connected, and what changes then for a few of them."""

from __future__ import annotations

from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn
from proof.portabilling.month import PRICE, UNTIL_SUSPENDED, add_customer

_KINDS = 4


class Crowd:
    """By turns without an invoice, suspended, with an invoice that is paid, and with one that is open.

    Attributes:
        size: how many customers.
        happened: by customer (`i_customer`) the types of the events that are to be told, in order: none of what stands.
    """

    def __init__(self, stand_in: PortaBillingStandIn, size: int) -> None:
        self.size = size
        self.happened: dict[str, list[str]] = {}
        self._stand_in = stand_in
        self._ids = {f"customer-{number}": add_customer(stand_in, f"customer-{number}") for number in range(size)}
        names = list(self._ids)
        self._idle, self._suspended, self._paid, self._open = (names[kind::_KINDS] for kind in range(_KINDS))
        self._invoice(self._suspended)
        stand_in.advance(UNTIL_SUSPENDED)
        self._invoice([*self._paid, *self._open])
        self._pay(self._paid)

    def change(self) -> None:
        """One without an invoice gets one, one that is suspended and one with an open invoice pay."""
        idle, suspended, open_ = self._idle[0], self._suspended[0], self._open[0]
        self._invoice([idle])
        self._pay([suspended, open_])
        self.happened = {
            self._ids[idle]: ["invoice.generated"],
            self._ids[suspended]: ["invoice.paid", "customer.suspension_removed"],
            self._ids[open_]: ["invoice.paid"],
        }

    def _invoice(self, names: list[str]) -> None:
        for name in names:
            self._stand_in.invoice(name, PRICE)

    def _pay(self, names: list[str]) -> None:
        for name in names:
            self._stand_in.pay(name, PRICE)
