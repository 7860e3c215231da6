"""The billing run: what a new day brings to an account, and when there is something to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from duebell import events
from duebell.billing.account import Account, NextNumber
from duebell.billing.collection import Step, overdue_step
from duebell.billing.hold import ONE_DAY, first_day_after
from duebell.events import CollectionStep, CustomerStatus, Reason

TIME_OF_RUN = time(6)
"""The customer's local time at which his day is billed: the day before is complete then, and there is time to tell him."""


def next_visit_at(account: Account) -> datetime | None:
    """When there is something to do (aware, UTC); None: never, as things stand."""
    days = [fee.next_charge_on for fee in account.fees.values()]
    days += [step.on for step in account.steps]
    days += [invoice.remind_on for invoice in account.outstanding_invoices if invoice.remind_on]
    days += [warning_on for warning_on, _ in _warnings(account)]
    return _first_run(min(days), account) if days else None


def advance(account: Account, now: datetime, next_number: NextNumber) -> None:
    """Let time pass up to `now`, one day after the other: a long sleep tells the same as many short ones."""
    while (at := next_visit_at(account)) is not None and at <= now:
        account.as_of = at
        _run(account, next_number)
    account.as_of = max(account.as_of, now)


def _first_run(day: date, account: Account) -> datetime:
    """The billing run of that day, or the next one if that has been."""
    run = _moment_of_run(max(day, account.today), account)
    return run if run >= account.as_of else _moment_of_run(account.today + ONE_DAY, account)


def _moment_of_run(day: date, account: Account) -> datetime:
    return datetime.combine(day, TIME_OF_RUN, account.customer.zone).astimezone(UTC)


def _run(account: Account, next_number: NextNumber) -> None:
    """Do all that is due by today. Collection comes first, so that a penalty is on today's invoice."""
    _remind(account)
    _find_overdue(account)
    _warn(account)
    for step in account.ladder:
        if step.on <= account.today:
            _take(account, step)
    if account.charge_fees():
        account.issue(next_number)


def _remind(account: Account) -> None:
    for invoice in account.outstanding_invoices:
        if invoice.remind_on and invoice.remind_on <= account.today:
            reminded = account.put(replace(invoice, remind_on=None))
            account.news.append(account.situation.of_invoice(events.InvoiceDueSoon, reminded))


def _find_overdue(account: Account) -> None:
    step = overdue_step(account.policy, account.outstanding_invoices, account.holds.values())
    if step is None or step.on > account.today:
        return
    late = [i for i in account.outstanding_invoices if i.overdue_on is None and i.due_on < account.today]
    found = [account.put(replace(invoice, overdue_on=account.today)) for invoice in late]
    if account.collection.since is None:
        account.collection = replace(account.collection, since=account.today)
    for invoice in found:
        account.news.append(account.situation.of_invoice(events.InvoiceOverdue, invoice))


def _warnings(account: Account) -> list[tuple[date, Step]]:
    """The suspension that the customer has still to be warned of, with the day of the warning, which no hold has."""
    before = account.policy.warn_before
    if before is None:
        return []
    return [
        (first_day_after(account.holds.values(), step.on - timedelta(days=before)), step)
        for step in account.ladder
        if step.step is CollectionStep.SUSPEND and step.on != account.collection.warned_of
    ]


def _warn(account: Account) -> None:
    for warning_on, step in _warnings(account):
        if warning_on <= account.today < step.on:
            account.collection = replace(account.collection, warned_of=step.on)
            warned = account.situation.of_status(
                events.CustomerSuspensionWarning, str(step.on), Reason.NON_PAYMENT, account.overdue_invoices[0], step.on
            )
            account.news.append(warned)


def _take(account: Account, step: Step) -> None:
    match step.step:
        case CollectionStep.LIMIT:
            account.restrict(CustomerStatus.LIMITED, events.CustomerLimited)
        case CollectionStep.SUSPEND:
            account.restrict(CustomerStatus.SUSPENDED, events.CustomerSuspended)
        case CollectionStep.TERMINATE:
            # asked as the ladder asks, or the step would stay open for ever
            bound = [c for c in account.commitments.values() if c.active_on(step.on)]
            for commitment in sorted(bound, key=lambda commitment: commitment.service):
                account.terminate(commitment, Reason.NON_PAYMENT)
