"""A commitment: a cheaper fee for the promise to stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from duebell import events
from duebell.billing.invoice import InvoiceLine
from duebell.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """`discount` off each charge of the service's fee from `started_on` through `ends_on`.

    Ended earlier, it costs the `agreed_penalty` or, where none was agreed, the discounts `applied` so far: the `penalty`.
    Once `ends_on` has passed the full fee applies and the customer may leave freely: that is no termination.
    """

    reference: str
    service: str
    discount: Money
    started_on: date
    ends_on: date
    applied: Money
    agreed_penalty: Money | None = None
    terminated_on: date | None = None
    penalty: Money | None = None

    def active_on(self, day: date) -> bool:
        """Whether it binds on that day."""
        return self.terminated_on is None and self.started_on <= day <= self.ends_on

    def line(self) -> InvoiceLine:
        """The invoice's line that takes the discount off."""
        amount = Money.zero(self.discount.currency) - self.discount
        return InvoiceLine(
            text=f"{self.service}: discount of commitment {self.reference}", amount=amount, commitment=self.reference
        )

    def penalty_line(self) -> InvoiceLine:
        """The invoice's line that asks for the penalty of a terminated commitment."""
        return InvoiceLine(text=f"{self.service}: commitment {self.reference} ended early", amount=self.cost_of_ending)

    @property
    def cost_of_ending(self) -> Money:
        """What ending it costs, or did."""
        return self.applied if self.agreed_penalty is None else self.agreed_penalty

    def granted(self, line: InvoiceLine) -> Commitment:
        """The commitment with this discount among those applied."""
        return replace(self, applied=self.applied - line.amount)

    def taken_back(self, line: InvoiceLine) -> Commitment:
        """The commitment without this discount, since its invoice was voided."""
        return replace(self, applied=self.applied + line.amount)

    def terminated(self, day: date) -> Commitment:
        """The commitment ended before its time."""
        return replace(self, terminated_on=day, penalty=self.cost_of_ending)

    def snapshot(self) -> events.Commitment:
        """As events tell of it."""
        return events.Commitment(
            reference=self.reference,
            service=self.service,
            started_on=self.started_on,
            ends_on=self.ends_on,
            terminated_on=self.terminated_on,
            penalty=self.penalty,
        )
