"""When a customer has to be read again though no event comes: for what a new day brings by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from duebell.portabilling import ladder as ladders
from duebell.portabilling.collection import awaited, warnings_ahead
from duebell.portabilling.invoices import doubtless_overdue_on, overdue_on, reminder_days
from duebell.portabilling.known import Known
from duebell.portabilling.ladder import Ladder
from duebell.portabilling.moments import day_of, morning
from duebell.portabilling.options import PortaBillingOptions
from duebell.portabilling.readings import InvoiceStatus


def next_look_at(known: Known, options: PortaBillingOptions) -> datetime | None:
    """The morning, where he lives, of the next day on which something is to be told unless it is paid before (aware, UTC).

    None: nothing is to come by itself, as things stand; he is read when PortaBilling says something.

    Raises:
        ValueError: the collection ladder is none.
    """
    customer = known.customer
    if customer is None:
        return None
    zone = ZoneInfo(customer.time_zone or "UTC")
    read_on = day_of(customer.read_at, zone)
    ladder = ladders.parse(options.collection_ladder).of(customer.customer_class)
    day = min((day for day in _days(known, ladder, read_on) if day > read_on), default=None)
    return None if day is None else morning(day, zone)


def _days(known: Known, ladder: Ladder, read_on: date) -> Iterator[date]:
    for invoice in awaited(known):
        yield from (on for on, _ in reminder_days(invoice.seen, ladder))
        match invoice.seen.status:
            case None:
                yield overdue_on(invoice.seen, ladder)
            case InvoiceStatus.PARTIALLY_PAID:
                yield doubtless_overdue_on(invoice.seen, ladder)
    yield from (warning.on for warning in warnings_ahead(known, ladder, read_on))
