"""Where a customer stands, as every fact about him tells it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from duebell.events import CustomerStatus, Reason, Standing
from duebell.money import Money
from duebell.portabilling.collection import charge_on, dunned, next_step
from duebell.portabilling.known import Known, KnownInvoice
from duebell.portabilling.ladder import Ladder
from duebell.portabilling.readings import CustomerCondition, CustomerReading

STATUSES: dict[CustomerCondition, CustomerStatus] = {
    CustomerCondition.ACTIVE: CustomerStatus.ACTIVE,
    CustomerCondition.DELAYED: CustomerStatus.ACTIVE,
    CustomerCondition.LIMITED: CustomerStatus.LIMITED,
    CustomerCondition.SUSPENDED: CustomerStatus.SUSPENDED,
    CustomerCondition.RESELLER_SUSPENDED: CustomerStatus.SUSPENDED,
    CustomerCondition.BLOCKED: CustomerStatus.SUSPENDED,
    CustomerCondition.CLOSED: CustomerStatus.CLOSED,
}
"""What each lets the customer do."""
_RESTRICTED = {CustomerStatus.LIMITED, CustomerStatus.SUSPENDED}


def standing(customer: CustomerReading, known: Known, ladder: Ladder, today: date) -> Standing:
    """Of the customer just read, `known` with that reading in it; PortaBilling's API shows no payment method, the ladder when one is charged."""
    step = next_step(known, ladder, today)
    return Standing(
        status=STATUSES[customer.condition],
        total_overdue=_outstanding(dunned(known), customer.balance.currency),
        amount_to_restore=_amount_to_restore(customer, known),
        charge_on=charge_on(known, ladder, today),
        next_step=step.step if step else None,
        next_step_on=step.on if step else None,
    )


def lacks_funds(customer: CustomerReading) -> bool:
    """Whether nothing is left of what he prepaid or of his credit: a balance counts what he owes."""
    return customer.credit_limit is not None and customer.credit_limit <= customer.balance


def _amount_to_restore(customer: CustomerReading, known: Known) -> Money:
    """All that is overdue, or what the balance is beyond the credit limit, by what he is told to be limited or suspended for."""
    currency = customer.balance.currency
    reason = known.customer.reason if known.customer else None
    if STATUSES[customer.condition] in _RESTRICTED and reason is Reason.NON_PAYMENT:
        return _outstanding(dunned(known), currency)
    if (
        STATUSES[customer.condition] in _RESTRICTED
        and reason is Reason.INSUFFICIENT_FUNDS
        and customer.credit_limit is not None
    ):
        return max(customer.balance - customer.credit_limit, Money.zero(currency), key=lambda amount: amount.amount)
    return Money.zero(currency)


def _outstanding(invoices: Iterable[KnownInvoice], currency: str) -> Money:
    return sum((invoice.seen.outstanding for invoice in invoices), start=Money.zero(currency))
