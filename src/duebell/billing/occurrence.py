"""A fact of one account, with the moment and the name that make it an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from duebell import events
from duebell.billing.commitment import Commitment
from duebell.billing.customer import BillingCustomer
from duebell.billing.invoice import Invoice
from duebell.billing.payment import Payment
from duebell.espf.envelope import Happening

SOURCE = "billing"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A fact, when it occurred (aware), and its name, the same whenever billing comes to the same fact."""

    source_id: str
    occurred_at: datetime
    fact: events.Fact

    def happening(self, environment: str, company: str | None, source: str = SOURCE) -> Happening:
        """As the ESPF records it."""
        return Happening(
            environment=environment,
            source=source,
            source_id=self.source_id,
            company=company,
            occurred_at=self.occurred_at,
            fact=self.fact,
        )


@dataclass(frozen=True, slots=True)
class Situation:
    """What every fact is told with: when it is (aware), who the customer is, and where he stands."""

    at: datetime
    customer: BillingCustomer
    standing: events.Standing

    def of_invoice(self, kind: type[events.InvoiceFact], invoice: Invoice) -> Occurrence:
        """A fact about an invoice, which comes to one of a kind once."""
        fact = kind(customer=self.customer.snapshot(), standing=self.standing, invoice=invoice.snapshot())
        return self._named(invoice.number, fact)

    def of_payment(self, kind: type[events.PaymentFact], payment: Payment) -> Occurrence:
        """A fact about a payment."""
        fact = kind(customer=self.customer.snapshot(), standing=self.standing, payment=payment.snapshot())
        return self._named(f"{self.customer.external_id}/{payment.reference}", fact)

    def of_commitment(
        self, kind: type[events.CommitmentFact], commitment: Commitment, reason: events.Reason | None = None
    ) -> Occurrence:
        """A fact about a commitment."""
        snapshot = commitment.snapshot()
        fact = kind(customer=self.customer.snapshot(), standing=self.standing, commitment=snapshot, reason=reason)
        return self._named(f"{self.customer.external_id}/{commitment.reference}", fact)

    def of_status(
        self,
        kind: type[events.StatusFact],
        name: str,
        reason: events.Reason,
        behind: Invoice | None = None,
        effective_on: date | None = None,
    ) -> Occurrence:
        """A fact about the customer's status; `name` tells it from others of its kind, `behind` is the invoice it comes of."""
        fact = kind(
            customer=self.customer.snapshot(),
            standing=self.standing,
            reason=reason,
            invoice=behind.snapshot() if behind else None,
            effective_on=effective_on,
        )
        return self._named(f"{self.customer.external_id}/{name}", fact)

    def _named(self, name: str, fact: events.Fact) -> Occurrence:
        return Occurrence(f"{fact.type}/{name}", self.at, fact)
