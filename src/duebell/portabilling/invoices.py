"""What a reading means for one invoice: where it stands now, and what is to be told on the way there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from duebell import events
from duebell.money import Money
from duebell.portabilling.known import InvoiceState, KnownInvoice
from duebell.portabilling.ladder import Ladder
from duebell.portabilling.moments import ONE_DAY, Day, midnight, morning
from duebell.portabilling.readings import InvoiceReading, InvoiceStatus

FACTS: dict[InvoiceState, type[events.InvoiceFact]] = {
    InvoiceState.OPEN: events.InvoiceGenerated,
    InvoiceState.OVERDUE: events.InvoiceOverdue,
    InvoiceState.PAID: events.InvoicePaid,
    InvoiceState.VOIDED: events.InvoiceVoided,
}
"""What is told when an invoice gets there."""
LATE_BY = timedelta(days=7)
"""So long after its issue day an invoice may come into being: a period is closed late."""
LONG_AGO = timedelta(days=60)
"""An invoice issued before that may have been settled and let go by the history, however long the customer wasn't read."""

_LEFT_ALONE = {InvoiceStatus.UNDER_REVIEW, InvoiceStatus.DO_NOT_COLLECT}
"""Of such an invoice nothing is told: it stands as it was told before."""
_NOT_OWED = {InvoiceStatus.DO_NOT_PAY, InvoiceStatus.NOT_REQUIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceChange:
    """What is told of an invoice, as it was just read; `source_id` is the fact's name."""

    kind: type[events.InvoiceFact]
    invoice: InvoiceReading
    source_id: str
    occurred_at: datetime


def snapshot(invoice: InvoiceReading, kind: type[events.InvoiceFact] | None = None) -> events.Invoice:
    """The invoice as events tell of it; one without a due date is due when it is issued."""
    settled = kind in {events.InvoicePaid, events.InvoiceVoided}
    return events.Invoice(
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=due_on(invoice),
        total=invoice.total,
        paid=invoice.paid,
        outstanding=Money.zero(invoice.total.currency) if settled else invoice.outstanding,
    )


def due_on(invoice: InvoiceReading) -> date:
    """The day up to which it may be paid."""
    return invoice.due_on or invoice.issued_on


def is_dunned(invoice: KnownInvoice) -> bool:
    """Whether it is overdue and may be collected."""
    return invoice.state is InvoiceState.OVERDUE and invoice.seen.status not in _LEFT_ALONE


def is_awaited(invoice: KnownInvoice) -> bool:
    """Whether it is to be paid and not overdue."""
    return invoice.state is InvoiceState.OPEN and invoice.seen.status not in _LEFT_ALONE


def state_of(invoice: InvoiceReading, before: InvoiceState, day: Day) -> InvoiceState:
    """Where it stands: by PortaBilling's word; overdue by its date only where there is no word."""
    if invoice.status in _LEFT_ALONE:
        return before
    if invoice.total.amount <= 0 or (invoice.status in _NOT_OWED and not _is_covered(invoice)):
        return InvoiceState.VOIDED
    if invoice.status is InvoiceStatus.PAID or invoice.outstanding.amount <= 0:
        return InvoiceState.PAID
    return InvoiceState.OVERDUE if _is_overdue(invoice, before, day) else InvoiceState.OPEN


def first_known(invoice: InvoiceReading, day: Day, *, taking_over: bool) -> KnownInvoice:
    """An invoice that isn't known, as it was before anything could be told of it.

    Whoever is taken over has been told of it. An old one that readings before would have shown was settled, and has been let go
    meanwhile: if it is owed once more, `returned_on` sets its names apart from those of its first life.
    """
    target = state_of(invoice, InvoiceState.UNTOLD, day)
    stands = KnownInvoice(seen=invoice, state=_reached(InvoiceState.UNTOLD, target))
    if taking_over:
        return stands
    if invoice.issued_on >= max(day.last_read_on or day.today, day.today - LONG_AGO) - LATE_BY:
        return KnownInvoice(seen=invoice)
    is_owed = target in {InvoiceState.OPEN, InvoiceState.OVERDUE}
    if day.last_read_on is None:
        return KnownInvoice(seen=invoice) if is_owed else stands
    return replace(stands, state=InvoiceState.PAID if is_owed else stands.state, returned_on=day.today)


def compared(
    before: KnownInvoice, invoice: InvoiceReading, day: Day, *, was_known: bool
) -> tuple[KnownInvoice, Sequence[InvoiceChange]]:
    """The invoice as known from now on, and what is told of it, in order."""
    target = state_of(invoice, before.state, day)
    after = replace(before, seen=invoice)
    changes: list[InvoiceChange] = []
    for state in _way(before.state, target, invoice):
        after, change = _told(after, state, day, was_known=was_known)
        changes.append(change)
    if not changes and was_known and (reminder := _reminder(after, day)):
        changes.append(reminder)
    return replace(after, state=_reached(before.state, target)), changes


def withdrawn(before: KnownInvoice, day: Day) -> tuple[KnownInvoice, Sequence[InvoiceChange]]:
    """An invoice of which PortaBilling says that there is none any more."""
    if before.state not in {InvoiceState.OPEN, InvoiceState.OVERDUE}:
        return before, ()
    after, change = _told(before, InvoiceState.VOIDED, day, was_known=True)
    return replace(after, state=InvoiceState.VOIDED), (change,)


def reminder_days(invoice: InvoiceReading, ladder: Ladder) -> Sequence[tuple[date, int]]:
    """The days on which he is reminded that it falls due, each with how many days before."""
    return [(due_on(invoice) - timedelta(days=before), before) for before in ladder.due_soon]


def overdue_on(invoice: InvoiceReading, ladder: Ladder) -> date:
    """The day on which it is overdue if nothing is paid."""
    return due_on(invoice) + timedelta(days=ladder.steps[events.CollectionStep.OVERDUE])


def doubtless_overdue_on(invoice: InvoiceReading, ladder: Ladder) -> date:
    """The day on which a partly paid one is overdue though PortaBilling doesn't say so: it has had a day to."""
    return overdue_on(invoice, ladder) + ONE_DAY


# --- how --------------------------------------------------------------------------------------------------------------


def _is_covered(invoice: InvoiceReading) -> bool:
    return bool(invoice.paid) and not invoice.outstanding


def _is_overdue(invoice: InvoiceReading, before: InvoiceState, day: Day) -> bool:
    has_passed = overdue_on(invoice, day.ladder) <= day.today
    match invoice.status:
        case InvoiceStatus.OVERDUE:
            return True
        case InvoiceStatus.PARTIALLY_PAID:  # the word says nothing of the time: a payment doesn't make it less late
            return has_passed and (before is InvoiceState.OVERDUE or doubtless_overdue_on(invoice, day.ladder) <= day.today)
        case None:
            return has_passed
        case _:
            return False


def _way(before: InvoiceState, target: InvoiceState, invoice: InvoiceReading) -> list[InvoiceState]:
    """What is told, by the state that it leads to."""
    if before is target or (before is InvoiceState.OVERDUE and target is InvoiceState.OPEN):
        return []
    if before is InvoiceState.UNTOLD:
        if target is InvoiceState.VOIDED or invoice.status in _NOT_OWED:
            return []
        return [InvoiceState.OPEN] if target is InvoiceState.OPEN else [InvoiceState.OPEN, target]
    return [target]


def _reached(before: InvoiceState, target: InvoiceState) -> InvoiceState:
    return before if before is InvoiceState.UNTOLD and target is InvoiceState.VOIDED else target


def _told(before: KnownInvoice, state: InvoiceState, day: Day, *, was_known: bool) -> tuple[KnownInvoice, InvoiceChange]:
    kind = FACTS[state]
    count = before.times.get(kind.type, 0) + 1
    change = InvoiceChange(
        kind=kind,
        invoice=before.seen,
        source_id=_name(before, kind, str(count)),
        occurred_at=_occurred_at(before.seen, state, day, was_known=was_known),
    )
    return replace(before, times={**before.times, kind.type: count}), change


def _name(invoice: KnownInvoice, kind: type[events.InvoiceFact], which: str) -> str:
    life = f"/{invoice.returned_on}" if invoice.returned_on else ""
    return f"invoice/{invoice.seen.i_invoice}{life}/{kind.type.partition('.')[2]}/{which}"


def _occurred_at(invoice: InvoiceReading, state: InvoiceState, day: Day, *, was_known: bool) -> datetime:
    moments = day.moments
    match state:
        case InvoiceState.OPEN:
            dated = midnight(invoice.issued_on, day.zone)
            first = moments.first_of_invoice(invoice.i_invoice)
            tells_of_it = first is not None and (was_known or first - dated <= LATE_BY)
            return moments.between(dated, was_known=was_known, said=first if tells_of_it else None)
        case InvoiceState.OVERDUE:
            dated = midnight(overdue_on(invoice, day.ladder), day.zone)
            return moments.between(dated, was_known=was_known, said=moments.last_of_invoice(invoice.i_invoice))
        case _:
            return moments.between(None, was_known=was_known, said=moments.last_of_invoice(invoice.i_invoice))


def _reminder(invoice: KnownInvoice, day: Day) -> InvoiceChange | None:
    """The last reminder whose day has come since the last reading."""
    if not is_awaited(invoice) or day.last_read_on is None or day.today > due_on(invoice.seen):
        return None
    come = [(on, before) for on, before in reminder_days(invoice.seen, day.ladder) if day.last_read_on < on <= day.today]
    if not come:
        return None
    on, before = max(come)
    kind = events.InvoiceDueSoon
    return InvoiceChange(
        kind=kind,
        invoice=invoice.seen,
        source_id=_name(invoice, kind, f"{due_on(invoice.seen)}/{before}"),
        occurred_at=min(morning(on, day.zone), day.moments.now),
    )
