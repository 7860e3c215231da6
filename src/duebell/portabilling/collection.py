"""What collection does next with a customer, by the ladder of his class, and which warnings of it are due.

It never runs ahead of PortaBilling: a step counts as taken only when PortaBilling says so, whatever its day is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from duebell.events import CollectionStep, CustomerStatus
from duebell.portabilling.invoices import due_on, is_awaited, is_dunned, overdue_on
from duebell.portabilling.known import Known, KnownCustomer, KnownInvoice, Warned
from duebell.portabilling.ladder import Ladder
from duebell.portabilling.moments import ONE_DAY
from duebell.portabilling.readings import CustomerCondition

_STILL_TO_COME: Mapping[CustomerStatus, Sequence[CollectionStep]] = {
    CustomerStatus.ACTIVE: (CollectionStep.LIMIT, CollectionStep.SUSPEND, CollectionStep.TERMINATE),
    CustomerStatus.LIMITED: (CollectionStep.SUSPEND, CollectionStep.TERMINATE),
    CustomerStatus.SUSPENDED: (CollectionStep.TERMINATE,),
    CustomerStatus.CLOSED: (),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of collection and the customer's day on which it is taken if nothing is paid."""

    step: CollectionStep
    on: date


@dataclass(frozen=True, slots=True)
class DueWarning:
    """A warning that is to be given: its day, how many days before the step that is, and the step."""

    on: date
    days: int
    step: Step

    @property
    def warned(self) -> Warned:
        """As it is remembered."""
        return Warned(step_on=self.step.on, days=self.days)


def dunned(known: Known) -> list[KnownInvoice]:
    """The overdue invoices, the one due longest first."""
    return sorted(filter(is_dunned, known.invoices.values()), key=_age)


def awaited(known: Known) -> list[KnownInvoice]:
    """The invoices that are to be paid and not overdue, the one due next first."""
    return sorted(filter(is_awaited, known.invoices.values()), key=_age)


def next_step(known: Known, ladder: Ladder, today: date) -> Step | None:
    """What comes next if nothing is paid; a step that PortaBilling is late with may come any day, so today."""
    step = next(iter(_steps(known, ladder, today)), None) or _first_overdue(known, ladder)
    return step and Step(step.step, max(step.on, today))


def charge_on(known: Known, ladder: Ladder, today: date) -> date | None:
    """The day on which he is charged by itself for what is due next; None: he has to pay.

    So has whoever is overdue, whatever his class: his charge didn't go through.
    """
    if dunned(known):
        return None
    days = (ladder.charge_on(due_on(invoice.seen)) for invoice in awaited(known))
    return min((day for day in days if day is not None and day >= today), default=None)


def due_warnings(known: Known, ladder: Ladder, today: date) -> Iterator[DueWarning]:
    """Of each step the warning that is to be given today: of several whose day has come, the last."""
    given = known.customer.warnings if known.customer else {}
    for warnings in _warnings(known, ladder, today):
        come = [warning for warning in warnings if warning.on <= today < warning.step.on]
        if come and not _is_given(come[-1], given.get(come[-1].step.step)):
            yield come[-1]


def warnings_ahead(known: Known, ladder: Ladder, today: date) -> Iterator[DueWarning]:
    """The warnings whose day is still to come, as things stand."""
    for warnings in _warnings(known, ladder, today):
        yield from (warning for warning in warnings if warning.on > today)


def _steps(known: Known, ladder: Ladder, today: date) -> list[Step]:
    """The steps still to come for what is overdue; while a suspension is put off, none comes before that ends."""
    overdue, customer = dunned(known), known.customer
    if not overdue or customer is None or customer.condition is CustomerCondition.BLOCKED:
        return []
    days = [(step, ladder.step_on(step, due_on(overdue[0].seen))) for step in _STILL_TO_COME[customer.status]]
    steps = [Step(step, on) for step, on in days if on is not None]
    return _put_off(steps, customer.delayed_until) if _is_delayed(customer, today) else steps


def _is_delayed(customer: KnownCustomer, today: date) -> bool:
    if customer.status not in {CustomerStatus.ACTIVE, CustomerStatus.LIMITED}:
        return False
    lies_ahead = customer.delayed_until is not None and customer.delayed_until >= today
    return lies_ahead or customer.condition is CustomerCondition.DELAYED


def _put_off(steps: Sequence[Step], until: date | None) -> list[Step]:
    """The suspension comes the day after it is put off to; until when PortaBilling doesn't say, nothing is known to come."""
    if until is None:
        return []
    back = until + ONE_DAY
    days = {step.step: max(step.on, back) for step in steps}
    days.pop(CollectionStep.LIMIT, None)
    return [Step(step, on) for step, on in ({CollectionStep.SUSPEND: back} | days).items()]


def _first_overdue(known: Known, ladder: Ladder) -> Step | None:
    days = [overdue_on(invoice.seen, ladder) for invoice in awaited(known)]
    return Step(CollectionStep.OVERDUE, min(days)) if days and not dunned(known) else None


def _warnings(known: Known, ladder: Ladder, today: date) -> Iterator[list[DueWarning]]:
    """The warnings of each step, in the order in which they come."""
    for step in _steps(known, ladder, today):
        days = ladder.warnings.get(step.step, ())
        yield [DueWarning(step.on - timedelta(days=before), before, step) for before in days]


def _is_given(warning: DueWarning, last: Warned | None) -> bool:
    return last is not None and last.step_on == warning.step.on and last.days <= warning.days


def _age(invoice: KnownInvoice) -> tuple[date, date, str]:
    return due_on(invoice.seen), invoice.seen.issued_on, invoice.seen.i_invoice
