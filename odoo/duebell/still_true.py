# SPDX-License-Identifier: LGPL-3.0-only
"""Which later events of a customer make an event untrue: the table that the events' page publishes, and no other."""

from __future__ import annotations

from collections.abc import Mapping

_SETTLED = ("invoice.paid", "invoice.voided")
_ENDED = "customer.terminated"

SUPERSEDED_BY: Mapping[str, tuple[str, ...]] = {
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
    "customer.limitation_warning": (
        "customer.limited", "customer.limit_removed", "customer.suspended", _ENDED, *_SETTLED,
    ),
    "customer.suspension_warning": ("customer.suspended", "customer.suspension_removed", _ENDED, *_SETTLED),
    "customer.termination_warning": ("customer.suspension_removed", _ENDED, *_SETTLED),
}  # fmt: skip
"""Unless a later one is a `customer.*`, it has to be about the same invoice, payment or commitment."""

UNTRUE_BY: Mapping[str, tuple[str, ...]] = {
    later: tuple(earlier for earlier, laters in SUPERSEDED_BY.items() if later in laters)
    for later in sorted({one for laters in SUPERSEDED_BY.values() for one in laters})
}
"""The same table by the later event: which types it makes untrue."""


def denies(later_type: str, later_subject: str | None, earlier_type: str, earlier_subject: str | None) -> bool:
    """Whether a customer's later event makes an earlier one of his untrue.

    A subject is the number of an invoice, or the reference of a payment or commitment.
    """
    if earlier_type not in UNTRUE_BY.get(later_type, ()):
        return False
    return later_type.startswith("customer.") or (later_subject is not None and later_subject == earlier_subject)
