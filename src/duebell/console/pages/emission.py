"""Which source emits an event type today: docs/events.md, its first table, as the subscriptions' page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NATIVE = "native"
"""The source tells it itself."""
UNAVAILABLE = "unavailable"
"""Nobody emits it yet."""


@dataclass(frozen=True, slots=True)
class Emission:
    """How each source emits a type: native, derived or unavailable, perhaps with a condition after a comma."""

    embedded_billing: str = NATIVE
    portabilling: str = UNAVAILABLE

    @property
    def is_emitted(self) -> bool:
        return (self.embedded_billing, self.portabilling) != (UNAVAILABLE, UNAVAILABLE)


EMISSIONS: Mapping[str, Emission] = {
    "invoice.generated": Emission(),
    "invoice.due_soon": Emission("native, for classes with a reminder"),
    "invoice.overdue": Emission(),
    "invoice.paid": Emission(),
    "invoice.voided": Emission(),
    "payment.received": Emission(),
    "payment.failed": Emission(UNAVAILABLE),
    "customer.limited": Emission(),
    "customer.limit_removed": Emission(),
    "customer.suspended": Emission(),
    "customer.suspension_removed": Emission(),
    "customer.terminated": Emission(UNAVAILABLE),
    "customer.limitation_warning": Emission(UNAVAILABLE),
    "customer.suspension_warning": Emission("native, for classes with a warning"),
    "customer.termination_warning": Emission(UNAVAILABLE),
    "commitment.started": Emission(),
    "commitment.ending": Emission(UNAVAILABLE),
    "commitment.terminated": Emission(),
}
