"""What happens to the customers of a stand-in PortaBilling, step by step, and what each has to be told of it, in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

from duebell.billing.customer import BillingCustomer
from duebell.money import Money
from duebell.sandbox.portabilling.stand_in import PortaBillingStandIn

UNTIL_SUSPENDED = 40
"""Days after an invoice that isn't paid by which its customer is suspended."""
PRICE = Money(Decimal(30), "USD")


class Month:
    """So many customers' month. Every other one pays at once; the others are suspended, and pay then.

    Attributes:
        happened: by customer (`i_customer`) the types of the events that are to be told, in order.
        steps: to be taken one after the other; each is read to its end before the next.
    """

    def __init__(self, stand_in: PortaBillingStandIn, customers: int) -> None:
        self.happened: dict[str, list[str]] = defaultdict(list)
        self.steps: Sequence[Callable[[], None]] = (self._bill, self._some_pay, self._others_are_suspended, self._others_pay)
        self._stand_in = stand_in
        self._names = [f"customer-{number}" for number in range(customers)]
        self._ids = {name: add_customer(stand_in, name) for name in self._names}

    def _bill(self) -> None:
        for name in self._names:
            self._stand_in.invoice(name, PRICE)
            self.happened[self._ids[name]].append("invoice.generated")

    def _some_pay(self) -> None:
        for name in self._names[::2]:
            self._stand_in.pay(name, PRICE)
            self.happened[self._ids[name]].append("invoice.paid")

    def _others_are_suspended(self) -> None:
        self._stand_in.advance(UNTIL_SUSPENDED)
        for name in self._names[1::2]:
            self.happened[self._ids[name]] += ["invoice.overdue", "customer.suspended"]

    def _others_pay(self) -> None:
        for name in self._names[1::2]:
            self._stand_in.pay(name, PRICE)
            self.happened[self._ids[name]] += ["invoice.paid", "customer.suspension_removed"]


def add_customer(stand_in: PortaBillingStandIn, name: str) -> str:
    """Open an account; its `i_customer`."""
    return stand_in.add_customer(BillingCustomer(external_id=name, name=name, currency=PRICE.currency, time_zone="UTC"))
