"""What the ESPF knows of each event type: how urgent it is, how long it is worth telling, and what makes it untrue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from duebell.events import Fact, StatusFact

URGENCY: dict[str, int] = {
    "customer.suspension_removed": 0,
    "customer.limit_removed": 0,
    "customer.suspended": 1,
    "customer.limited": 1,
    "customer.terminated": 1,
    "customer.limitation_warning": 2,
    "customer.suspension_warning": 2,
    "customer.termination_warning": 2,
    "invoice.overdue": 3,
}
"""Among waiting streams the smallest number at the head goes first; types not named here come last."""
LEAST_URGENT = 4

NOTIFY_WITHIN: Mapping[str, timedelta] = {
    "invoice.generated": timedelta(hours=48),
    "invoice.due_soon": timedelta(hours=24),
    "invoice.overdue": timedelta(hours=24),
    "customer.suspended": timedelta(hours=6),
    "customer.suspension_removed": timedelta(hours=6),
    "customer.limited": timedelta(hours=6),
    "customer.limit_removed": timedelta(hours=6),
}
"""How long after it happened a customer is still told unless the configuration says otherwise; later, the event reaches the timeline only.

A warning with a day on which it takes effect is told until that day begins where the customer lives.
"""
NOTIFY_WITHIN_OTHERWISE = timedelta(hours=48)

Ages = Callable[[str], Mapping[str, timedelta]]
"""For how long each type is worth telling, in the environment of that name."""


def usual_ages(_environment: str) -> Mapping[str, timedelta]:
    """As nobody has configured otherwise."""
    return NOTIFY_WITHIN


_SETTLED = ("invoice.paid", "invoice.voided")
_ENDED = "customer.terminated"

SUPERSEDED_BY: dict[str, tuple[str, ...]] = {
    "invoice.generated": ("invoice.overdue", *_SETTLED),
    "invoice.due_soon": ("invoice.overdue", *_SETTLED, _ENDED),
    "invoice.overdue": _SETTLED,
    "payment.failed": ("payment.received",),
    "commitment.started": ("commitment.terminated",),
    "commitment.ending": ("commitment.terminated", _ENDED),
    "customer.limited": ("customer.limit_removed", "customer.suspended", _ENDED),
    "customer.limit_removed": ("customer.limited", "customer.suspended", _ENDED),
    "customer.suspended": ("customer.suspension_removed", _ENDED),
    "customer.suspension_removed": ("customer.suspended", "customer.limited", _ENDED),
    "customer.limitation_warning": ("customer.limited", "customer.limit_removed", "customer.suspended", _ENDED, *_SETTLED),
    "customer.suspension_warning": ("customer.suspended", "customer.suspension_removed", _ENDED, *_SETTLED),
    "customer.termination_warning": ("customer.suspension_removed", _ENDED, *_SETTLED),
}
"""Which later events of the same stream make a type untrue; unless it is a `customer.*`, only if it is about the same subject."""
SUPERSEDING = tuple(sorted({later for laters in SUPERSEDED_BY.values() for later in laters}))
"""All types that make others untrue."""


def is_about_the_customer(event_type: str) -> bool:
    """Whether a type says something of the customer as a whole, whatever else it is about."""
    return event_type.startswith("customer.")


def urgency(event_type: str) -> int:
    return URGENCY.get(event_type, LEAST_URGENT)


def notify_by(fact: Fact, happened_at: datetime, within: Mapping[str, timedelta] = NOTIFY_WITHIN) -> datetime:
    """Until when it is worth telling; `within` so long after it happened, by type."""
    if is_warning(fact.type) and isinstance(fact, StatusFact) and fact.effective_on is not None:
        return datetime.combine(fact.effective_on, time.min, ZoneInfo(fact.customer.time_zone or "UTC"))
    return happened_at + notify_within(fact.type, within)


def is_warning(event_type: str) -> bool:
    return event_type.endswith("_warning")


def notify_within(event_type: str, within: Mapping[str, timedelta] = NOTIFY_WITHIN) -> timedelta:
    return within.get(event_type, NOTIFY_WITHIN_OTHERWISE)
