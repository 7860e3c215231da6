"""What people read in place of our own words, and how times, spans and numbers are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from markupsafe import Markup, escape

from duebell.espf.subscription import Filter

STATES: Mapping[str, str] = {
    "waiting": "Waiting",
    "provisioned": "In Odoo",
    "refused": "Rejected",
    "exhausted": "Gave up: needs a person",
    "skipped": "Skipped",
}
"""What a provisioning's state is called; `in_odoo` where the target isn't Odoo: Delivered."""

EVENTS: Mapping[str, str] = {
    "invoice.generated": "Invoice generated",
    "invoice.overdue": "Invoice overdue",
    "invoice.due_soon": "Invoice due soon",
    "invoice.paid": "Invoice paid",
    "invoice.voided": "Invoice voided",
    "payment.received": "Payment received",
    "payment.failed": "Payment failed",
    "customer.suspended": "Customer suspended",
    "customer.suspension_removed": "Suspension removed",
    "customer.suspension_warning": "Suspension warning",
    "customer.limited": "Customer limited",
    "customer.limit_removed": "Limit removed",
    "customer.limitation_warning": "Limitation warning",
    "customer.terminated": "Customer terminated",
    "customer.termination_warning": "Termination warning",
    "commitment.started": "Commitment started",
    "commitment.ending": "Commitment ending",
    "commitment.terminated": "Commitment terminated",
}


def state(name: str, handler_type: str = "OdooCRM") -> str:
    """A provisioning's state in plain words."""
    return "Delivered" if name == "provisioned" and handler_type != "OdooCRM" else STATES.get(name, name)


def event(type_: str) -> str:
    """An event type in plain words."""
    return EVENTS.get(type_, type_)


def moment(at: datetime | str | None) -> str:
    """A time, in UTC, to the second."""
    found = _parsed(at)
    return f"{found:%Y-%m-%d %H:%M:%S}" if found else "–"


def iso(at: datetime | str | None) -> str:
    """A time for machines."""
    found = _parsed(at)
    return found.isoformat() if found else ""


def span(seconds: float | timedelta | None) -> str:
    """A span in the largest unit that tells enough: 850 ms, 12 s, 5 min, 3 h, 2 days."""
    if seconds is None:
        return "–"
    value = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    if value < 1:
        return f"{value * 1000:.0f} ms"
    for least, unit, name in ((172800, 86400, "days"), (7200, 3600, "h"), (120, 60, "min")):
        if value >= least:
            return f"{value / unit:.0f} {name}"
    return f"{value:.0f} s"


def count(number: float) -> str:
    """A number with thousands apart."""
    return f"{number:,}"


def filter_words(wanted: Filter) -> str:
    """Which events of a type are wanted, in few words."""
    parts = [", ".join(sorted(one)) for one in (wanted.customer_classes, wanted.companies, wanted.currencies) if one]
    if wanted.minimum_amount:
        parts.append(f"from {wanted.minimum_amount}")
    if wanted.percent:
        parts.append(f"{wanted.percent} % of customers")
    return "; ".join(parts) or "All"


def commands(sentence: str) -> Markup:
    """A sentence in which `commands` stand as such."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(sentence))))  # noqa: S704 - it was escaped before


def _parsed(at: datetime | str | None) -> datetime | None:
    if not at:
        return None
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(UTC)


FILTERS: Mapping[str, Callable[..., str]] = {
    "state": state,
    "event": event,
    "moment": moment,
    "iso": iso,
    "span": span,
    "count": count,
    "commands": commands,
    "filter_words": filter_words,
}
"""By their names in templates."""
