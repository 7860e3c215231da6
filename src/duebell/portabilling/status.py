"""What a reading means for the customer's status: what was limited, suspended, lifted or ended, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from duebell import events
from duebell.events import CustomerStatus, Reason
from duebell.portabilling.collection import dunned
from duebell.portabilling.known import Known, KnownCustomer
from duebell.portabilling.readings import CustomerCondition, CustomerReading
from duebell.portabilling.standing import STATUSES, lacks_funds

_LIFTED: Mapping[CustomerStatus, type[events.StatusFact]] = {
    CustomerStatus.LIMITED: events.CustomerLimitRemoved,
    CustomerStatus.SUSPENDED: events.CustomerSuspensionRemoved,
}
_IMPOSED: Mapping[CustomerStatus, type[events.StatusFact]] = {
    CustomerStatus.LIMITED: events.CustomerLimited,
    CustomerStatus.SUSPENDED: events.CustomerSuspended,
    CustomerStatus.CLOSED: events.CustomerTerminated,
}
_WORSE = list(CustomerStatus)
StatusChange = tuple[type[events.StatusFact], Reason]
"""A fact about the status, and why it came about."""


def told_status(customer: CustomerReading, before: CustomerStatus) -> CustomerStatus:
    """What people are to be told. Of an administrator's block nobody is: he speaks for himself, and what it hides shows when it ends."""
    return before if customer.condition is CustomerCondition.BLOCKED else STATUSES[customer.condition]


def changes(customer: CustomerReading, known: Known, before: KnownCustomer, today: date) -> Iterator[StatusChange]:
    """What is told of the status, in order; `known` has the invoices of this reading, `before` what was told so far."""
    now = told_status(customer, before.status)
    if now is before.status:
        return
    if before.status in _LIFTED and _WORSE.index(now) < _WORSE.index(before.status):
        yield _LIFTED[before.status], _why_lifted(customer, known, before, today)
    if now in _IMPOSED:
        yield _IMPOSED[now], _why_closed(known, before) if now is CustomerStatus.CLOSED else _why_imposed(customer, known)


def after(before: KnownCustomer, customer: CustomerReading, known: Known, told: Sequence[StatusChange]) -> KnownCustomer:
    """The customer with what he is told; a customer taken over (nothing told) keeps the reason that stands."""
    status = told_status(customer, before.status)
    restricted = status in _LIFTED
    if status is before.status and before.reason is not None:
        return before
    reason = _why_imposed(customer, known) if restricted else None
    times = dict(before.times)
    for kind, _ in told:
        times[kind.type] = times.get(kind.type, 0) + 1
    return replace(before, status=status, reason=reason, times=times)


def _why_imposed(customer: CustomerReading, known: Known) -> Reason:
    """Why he is limited or suspended: an invoice is demanded only if one is overdue."""
    if customer.condition is CustomerCondition.RESELLER_SUSPENDED:
        return Reason.RESELLER_SUSPENDED
    if dunned(known):
        return Reason.NON_PAYMENT
    return Reason.INSUFFICIENT_FUNDS if lacks_funds(customer) else Reason.OTHER


def _why_closed(known: Known, before: KnownCustomer) -> Reason:
    """Non-payment only as the end of what was said to be for it: who leaves may owe something too."""
    return Reason.NON_PAYMENT if before.reason is Reason.NON_PAYMENT and dunned(known) else Reason.OTHER


def _why_lifted(customer: CustomerReading, known: Known, before: KnownCustomer, today: date) -> Reason:
    """Paid only if what it was for is settled: he who is thanked for a payment has made one."""
    if customer.condition is CustomerCondition.DELAYED:
        return Reason.DELAYED
    was_paid = (before.reason is Reason.NON_PAYMENT and not dunned(known)) or (
        before.reason is Reason.INSUFFICIENT_FUNDS and not lacks_funds(customer)
    )
    if was_paid:
        return Reason.PAID
    if customer.delayed_until is not None and customer.delayed_until >= today:
        return Reason.DELAYED
    return Reason.OTHER
