"""Which source emits an event type today: docs/events.md, its first table, as the subscriptions' page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NATIVE = "native"
"""The source tells it itself."""
DERIVED = "derived"
"""Duebell finds it by what the source shows."""
BY_LADDER = "derived, with a collection ladder"
UNAVAILABLE = "unavailable"
"""Nobody emits it yet."""


@dataclass(frozen=True, slots=True)
class Emission:
    """How each source emits a type: native, derived or unavailable, perhaps with a condition after a comma."""

    embedded_billing: str
    portabilling: str

    @property
    def is_emitted(self) -> bool:
        return (self.embedded_billing, self.portabilling) != (UNAVAILABLE, UNAVAILABLE)


EMISSIONS: Mapping[str, Emission] = {
    "invoice.generated": Emission(NATIVE, NATIVE),
    "invoice.due_soon": Emission("native, for classes with a reminder", BY_LADDER),
    "invoice.overdue": Emission(NATIVE, DERIVED),
    "invoice.paid": Emission(NATIVE, DERIVED),
    "invoice.voided": Emission(NATIVE, DERIVED),
    "payment.received": Emission(NATIVE, UNAVAILABLE),
    "payment.failed": Emission(UNAVAILABLE, UNAVAILABLE),
    "customer.limited": Emission(NATIVE, NATIVE),
    "customer.limit_removed": Emission(NATIVE, DERIVED),
    "customer.suspended": Emission(NATIVE, NATIVE),
    "customer.suspension_removed": Emission(NATIVE, NATIVE),
    "customer.terminated": Emission(UNAVAILABLE, NATIVE),
    "customer.limitation_warning": Emission(UNAVAILABLE, BY_LADDER),
    "customer.suspension_warning": Emission("native, for classes with a warning", BY_LADDER),
    "customer.termination_warning": Emission(UNAVAILABLE, BY_LADDER),
    "commitment.started": Emission(NATIVE, UNAVAILABLE),
    "commitment.ending": Emission(UNAVAILABLE, UNAVAILABLE),
    "commitment.terminated": Emission(NATIVE, "native, of types that are entered"),
}
