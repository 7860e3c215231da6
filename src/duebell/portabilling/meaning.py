"""What a reading of a customer means: compared with what is known of him, the facts to be told, and what is known from now on.

Pure: the same comes of the same, under the same ids, whenever it is asked, and a reading that shows nothing new means nothing. Facts
come in the order in which a customer would understand them: his invoices, the oldest first; commitments that were ended; what became
of his service; warnings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from duebell.portabilling import ladder as ladders
from duebell.portabilling import status
from duebell.portabilling.collection import DueWarning, due_warnings, dunned
from duebell.portabilling.commitments import Termination, termination
from duebell.portabilling.facts import Facts
from duebell.portabilling.invoices import InvoiceChange, compared, first_known, withdrawn
from duebell.portabilling.known import Known, KnownCustomer, KnownInvoice, Meant, Told
from duebell.portabilling.moments import Day, Moments, day_of, morning
from duebell.portabilling.options import PortaBillingOptions
from duebell.portabilling.raw import RawEvent
from duebell.portabilling.reading import zone_of
from duebell.portabilling.readings import CustomerReading, InvoiceReading, Reading
from duebell.portabilling.standing import standing
from duebell.portabilling.status import StatusChange

_Ended = Sequence[tuple[Termination, datetime]]


def meaning(  # noqa: PLR0913 - all that it depends on comes in
    known: Known,
    read: Reading,
    causes: Sequence[RawEvent],
    now: datetime,
    options: PortaBillingOptions,
    *,
    taking_over: bool = False,
) -> Meant:
    """What `read` tells beside what is `known`.

    `causes` are the raw events that it was made for, about this customer, in order; none: somebody looked. `now` (aware) is the moment
    of the reading by that billing's clock: its days are judged by it. `taking_over`: whoever is read for the first time is told nothing
    of what stands already. What occurred before `options.tell_from` reaches the timeline only.

    Raises:
        UnreadableAnswer: a cause that ends a commitment lacks what is needed, or has it in a form that isn't known.
        ValueError: the collection ladder is none.
    """
    day = _day(known, read, causes, now, options)
    silent = taking_over and known.customer is None
    invoices, news = _invoices(known, read, day, silent=silent)
    before = _customer(known, read.customer, day)
    seen = Known(customer=before, invoices=invoices)
    changes = () if silent else tuple(status.changes(read.customer, seen, before, day.today))
    after = status.after(before, read.customer, seen, changes)
    warnings = _warnings(replace(seen, customer=after), read, day)
    ended = _ended(after, read.customer, causes, day, options)
    after = replace(
        after,
        warnings={**after.warnings, **{warning.step.step: warning.warned for warning in warnings}},
        commitments=(*after.commitments, *(one.source_id for one, _ in ended)),
    )
    known_now = replace(seen, customer=after)
    if silent:
        return Meant(facts=(), known=known_now)
    facts = _facts(known_now, read.customer, day, options)
    told = [
        *(facts.of_invoice(change) for change in news),
        *(facts.of_commitment(one, at) for one, at in ended),
        *_status_facts(facts, changes, after, day),
        *(facts.of_warning(warning, min(morning(warning.on, day.zone), day.moments.now)) for warning in warnings),
    ]
    return Meant(facts=told, known=known_now)


def _facts(known: Known, read: CustomerReading, day: Day, options: PortaBillingOptions) -> Facts:
    return Facts(
        customer=read.customer,
        standing=standing(read, known, day.ladder, day.today),
        behind=next((invoice.seen for invoice in dunned(known)), None),
        tell_from=options.tell_from,
    )


def _day(known: Known, read: Reading, causes: Sequence[RawEvent], now: datetime, options: PortaBillingOptions) -> Day:
    zone = zone_of(read.customer.customer)
    now = now.astimezone(UTC)
    return Day(
        today=day_of(now, zone),
        zone=zone,
        ladder=ladders.parse(options.collection_ladder).of(read.customer.customer.customer_class),
        moments=Moments(now=now, last_read_at=known.customer.read_at if known.customer else None, causes=causes),
    )


def _invoices(
    known: Known, read: Reading, day: Day, *, silent: bool
) -> tuple[Mapping[str, KnownInvoice], Sequence[InvoiceChange]]:
    """All that are known with those read, and what is told of them."""
    invoices = dict(known.invoices)
    news: list[InvoiceChange] = []
    for i_invoice in read.gone:
        if i_invoice in invoices:
            invoices[i_invoice], changes = withdrawn(invoices[i_invoice], day)
            news += changes
    for invoice in sorted(read.invoices, key=_age):
        was_known = invoice.i_invoice in invoices
        before = invoices[invoice.i_invoice] if was_known else first_known(invoice, day, taking_over=silent)
        invoices[invoice.i_invoice], changes = compared(before, invoice, day, was_known=was_known)
        news += changes
    return invoices, news


def _age(invoice: InvoiceReading) -> tuple[object, ...]:
    """The oldest first; ids that have grown a digit too."""
    return invoice.issued_on, len(invoice.i_invoice), invoice.i_invoice


def _customer(known: Known, read: CustomerReading, day: Day) -> KnownCustomer:
    """The customer as just read, with what he was told so far."""
    now = day.moments.now
    before = known.customer or KnownCustomer(
        i_customer=read.i_customer, read_at=now, time_zone=None, customer_class=None, condition=read.condition
    )
    return replace(
        before,
        read_at=max(before.read_at, now),
        time_zone=read.customer.time_zone,
        customer_class=read.customer.customer_class,
        condition=read.condition,
        delayed_until=read.delayed_until,
    )


def _warnings(known: Known, read: Reading, day: Day) -> Sequence[DueWarning]:
    """Those that are due, if this very reading shows what they are about."""
    behind = next((invoice.seen.i_invoice for invoice in dunned(known)), None)
    is_shown = any(invoice.i_invoice == behind for invoice in read.invoices)
    return list(due_warnings(known, day.ladder, day.today)) if is_shown else []


def _ended(
    known: KnownCustomer, read: CustomerReading, causes: Sequence[RawEvent], day: Day, options: PortaBillingOptions
) -> _Ended:
    """The commitments whose end these events tell, and none did before."""
    found: dict[str, tuple[Termination, datetime]] = {}
    for cause in causes:
        one = termination(cause, read.balance.currency, day.zone, options)
        if one is not None and one.source_id not in known.commitments:
            found.setdefault(one.source_id, (one, min(cause.at, day.moments.now)))
    return list(found.values())


def _status_facts(facts: Facts, changes: Sequence[StatusChange], after: KnownCustomer, day: Day) -> Sequence[Told]:
    """He who is read for the first time may be suspended for long, unless an event says that it just happened."""
    said = day.moments.last_of_customer()
    was_read = day.moments.last_read_at is not None
    at = day.moments.between(None, was_known=was_read, said=said)
    is_new = was_read or said is not None
    return [
        facts.of_status(kind, reason, after.times[kind.type], at, since_when_is_known=is_new) for kind, reason in changes
    ]
