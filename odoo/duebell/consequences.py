# SPDX-License-Identifier: LGPL-3.0-only
"""What an event means for what customers are told: which wording it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from .contract import Incoming

ANY_CASE = "any"
CASES = {
    ANY_CASE: "Any other case",
    "charged": "Charged by itself",
    "partially_paid": "Partially paid",
    "invoice_overdue": "An invoice is overdue",
    "payment_overdue": "Payment is overdue, no single invoice",
    "overdue": "Payment is overdue",
    "insufficient_funds": "Insufficient funds",
    "paid": "Paid",
    "delayed": "Delayed, not paid",
    "penalty": "Ended early, with a penalty",
    "non_payment": "Ended for non-payment",
    "non_payment_penalty": "Ended for non-payment, with a penalty",
}

Test = Callable[[Incoming], bool]


def _charged(event: Incoming) -> bool:
    return event.standing.charge_on is not None


def _owed(event: Incoming) -> bool:
    return event.reason == "non_payment"


def _owed_by_day(event: Incoming) -> bool:
    """Whether it can be said by when to pay."""
    return _owed(event) and event.effective_on is not None


def _delayed(event: Incoming) -> bool:
    return event.reason == "delayed"


def _penalty(event: Incoming) -> bool:
    return event.commitment is not None and bool(event.commitment.penalty)


_BLOCKED: tuple[tuple[str, Test], ...] = (
    ("charged", lambda event: _owed(event) and _charged(event)),
    ("invoice_overdue", lambda event: _owed(event) and event.invoice is not None),
    ("payment_overdue", _owed),
    ("insufficient_funds", lambda event: event.reason == "insufficient_funds"),
)
_RESTORED: tuple[tuple[str, Test], ...] = (
    ("paid", lambda event: event.reason == "paid"),
    ("charged", lambda event: _delayed(event) and _charged(event)),
    ("delayed", _delayed),
)
_WARNED: tuple[tuple[str, Test], ...] = (
    ("charged", lambda event: _owed_by_day(event) and _charged(event)),
    ("overdue", _owed_by_day),
)
_WORDINGS: Mapping[str, tuple[tuple[str, Test], ...]] = {
    "invoice.generated": (("charged", _charged),),
    "invoice.due_soon": (("charged", _charged),),
    "invoice.overdue": (
        ("charged", _charged),
        ("partially_paid", lambda event: event.invoice is not None and event.invoice.paid > Decimal(0)),
    ),
    "payment.failed": (("charged", _charged),),
    "customer.limitation_warning": _WARNED,
    "customer.suspension_warning": _WARNED,
    "customer.termination_warning": _WARNED,
    "customer.limited": _BLOCKED,
    "customer.suspended": _BLOCKED,
    "customer.limit_removed": _RESTORED,
    "customer.suspension_removed": _RESTORED,
    "commitment.terminated": (
        ("non_payment_penalty", lambda event: _owed(event) and _penalty(event)),
        ("non_payment", _owed),
        ("penalty", _penalty),
    ),
}


def cases_of(event_type: str) -> tuple[str, ...]:
    """Those that an event of the type may be, the one that fits all last."""
    return (*(case for case, _fits in _WORDINGS.get(event_type, ())), ANY_CASE)


def case_of(event: Incoming) -> str:
    """The first case of its type that fits; `ANY_CASE` when none does. A reason that isn't ours to explain (a suspended
    reseller) gets the plain words of that one, which name no invoice and demand nothing."""
    return next((case for case, fits in _WORDINGS.get(event.type, ()) if fits(event)), ANY_CASE)
