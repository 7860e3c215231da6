"""Facts for the model's examples: few customers and invoices, so that they meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from builders import a_customer, a_happening, a_standing, an_invoice
from duebell.espf.envelope import Happening
from duebell.events import (
    Customer,
    CustomerSuspended,
    CustomerSuspensionRemoved,
    Fact,
    InvoiceGenerated,
    InvoiceOverdue,
    InvoicePaid,
    Reason,
)

CLASS_OF = {"john-doe": "residential", "the-shop": "business", "the-office": "business"}
AMOUNTS = (5, 30)


def _invoice(fact: type[InvoiceGenerated | InvoiceOverdue | InvoicePaid]) -> Callable[[Customer, str, str], Fact]:
    return lambda customer, number, total: fact(
        customer=customer, standing=a_standing(overdue=total), invoice=an_invoice(number, total=total)
    )


def _status(fact: type[CustomerSuspended | CustomerSuspensionRemoved]) -> Callable[[Customer, str, str], Fact]:
    return lambda customer, _, total: fact(customer=customer, standing=a_standing(overdue=total), reason=Reason.OTHER)


_FACTS: dict[str, Callable[[Customer, str, str], Fact]] = {
    fact.type: make(fact)  # type: ignore[operator]
    for make, facts in (
        (_invoice, (InvoiceGenerated, InvoiceOverdue, InvoicePaid)),
        (_status, (CustomerSuspended, CustomerSuspensionRemoved)),
    )
    for fact in facts
}
TYPES = tuple(_FACTS)


@dataclass(frozen=True)
class Draft:
    """A fact before it has a moment and an id."""

    type: str
    customer: str
    invoice: str
    amount: int
    hours_old: int

    def happening(self, source_id: str, now: datetime) -> Happening:
        customer = a_customer(self.customer, customer_class=CLASS_OF[self.customer])
        fact = _FACTS[self.type](customer, self.invoice, str(Decimal(self.amount)))
        return a_happening(fact, source_id=source_id, at=now - timedelta(hours=self.hours_old))


drafts = st.builds(
    Draft,
    type=st.sampled_from(TYPES),
    customer=st.sampled_from(tuple(CLASS_OF)),
    invoice=st.sampled_from(["INV-1", "INV-2"]),
    amount=st.sampled_from(AMOUNTS),
    hours_old=st.sampled_from([0, 0, 0, 5, 30, -2]),  # a source's clock may be ahead of ours
)
