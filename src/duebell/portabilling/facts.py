"""The facts that a reading means, each with its id and the moment at which it occurred."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from duebell import events
from duebell.events import CollectionStep, Customer, Reason, Standing
from duebell.portabilling.collection import DueWarning
from duebell.portabilling.commitments import Termination
from duebell.portabilling.invoices import InvoiceChange, snapshot
from duebell.portabilling.known import Told
from duebell.portabilling.readings import InvoiceReading

_WARNINGS: Mapping[CollectionStep, type[events.StatusFact]] = {
    CollectionStep.LIMIT: events.CustomerLimitationWarning,
    CollectionStep.SUSPEND: events.CustomerSuspensionWarning,
    CollectionStep.TERMINATE: events.CustomerTerminationWarning,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Makes them, with who the customer is and where he stands; `behind` is the invoice that has been overdue longest.

    What occurred before `tell_from` (None: whatever) reaches the timeline only.
    """

    customer: Customer
    standing: Standing
    behind: InvoiceReading | None
    tell_from: datetime | None

    def of_invoice(self, change: InvoiceChange) -> Told:
        """A fact about an invoice."""
        fact = change.kind(customer=self.customer, standing=self.standing, invoice=snapshot(change.invoice, change.kind))
        return self._told(change.source_id, change.occurred_at, fact)

    def of_commitment(self, ended: Termination, at: datetime) -> Told:
        """A commitment's termination."""
        fact = events.CommitmentTerminated(
            customer=self.customer, standing=self.standing, commitment=ended.commitment, reason=ended.reason
        )
        return self._told(ended.source_id, at, fact)

    def of_status(
        self, kind: type[events.StatusFact], reason: Reason, count: int, at: datetime, *, since_when_is_known: bool
    ) -> Told:
        """A fact about the status, the `count`th of its kind; one that may be old reaches the timeline only."""
        fact = kind(customer=self.customer, standing=self.standing, reason=reason, invoice=self._demanded(reason))
        return self._told(self._name(kind, str(count)), at, fact, tells=since_when_is_known)

    def of_warning(self, warning: DueWarning, at: datetime) -> Told:
        """A warning of a step of collection."""
        kind, reason = _WARNINGS[warning.step.step], Reason.NON_PAYMENT
        fact = kind(
            customer=self.customer,
            standing=self.standing,
            reason=reason,
            invoice=self._demanded(reason),
            effective_on=warning.step.on,
        )
        return self._told(self._name(kind, f"{warning.step.on}/{warning.days}"), at, fact)

    def _demanded(self, reason: Reason) -> events.Invoice | None:
        return snapshot(self.behind) if self.behind and reason is Reason.NON_PAYMENT else None

    def _name(self, kind: type[events.StatusFact], which: str) -> str:
        return f"customer/{self.customer.external_id}/{kind.type.partition('.')[2]}/{which}"

    def _told(self, source_id: str, at: datetime, fact: events.Fact, *, tells: bool = True) -> Told:
        is_recent = self.tell_from is None or at >= self.tell_from
        return Told(source_id=source_id, occurred_at=at, fact=fact, told=tells and is_recent)
