"""Collection: what happens, and when, to a customer who doesn't pay."""

from __future__ import annotations

from collections.abc import Collection as Group
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from duebell.billing.commitment import Commitment
from duebell.billing.hold import ONE_DAY, Hold, first_day_after, put_off
from duebell.billing.invoice import Invoice
from duebell.events import CollectionStep, CustomerStatus
from duebell.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionPolicy:
    """The terms of a customer class, in days; a step that is None is not taken.

    An invoice is due `net_days` after its issue and overdue the day after. `limit_after`, `suspend_after` and
    `terminate_after` (the commitments) count from the due date and grow in that order. The customer is reminded
    `remind_before` the due date and warned `warn_before` the suspension. Debt below its currency's threshold is let be.
    The payment method is charged by itself `charge_before` the due date, 0 on it; None: the customer has to pay.

    Raises:
        ValueError: the steps are not at least one day after the due date, each after the one before.
    """

    net_days: int = 14
    remind_before: int | None = None
    charge_before: int | None = None
    limit_after: int | None = None
    warn_before: int | None = None
    suspend_after: int | None = None
    terminate_after: int | None = None
    thresholds: tuple[Money, ...] = ()

    def __post_init__(self) -> None:
        days = [0, *(after for _, after in self.ladder)]
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise ValueError(f"the steps of collection come after {days[1:]} days: each must come after the one before")

    @property
    def ladder(self) -> Sequence[tuple[CollectionStep, int]]:
        """The steps that are taken, with their days after the due date."""
        steps = {
            CollectionStep.LIMIT: self.limit_after,
            CollectionStep.SUSPEND: self.suspend_after,
            CollectionStep.TERMINATE: self.terminate_after,
        }
        return [(step, after) for step, after in steps.items() if after is not None]

    def reminder(self, issued_on: date) -> date | None:
        """The day on which the customer is reminded of an invoice of that day; None if he isn't."""
        if self.remind_before is None or self.remind_before >= self.net_days:
            return None
        return issued_on + timedelta(days=self.net_days - self.remind_before)

    def charge_on(self, invoices: Iterable[Invoice], today: date) -> date | None:
        """The day on which he is charged by itself for the next of these outstanding invoices; None: he has to pay.

        So has whoever is overdue: his charge didn't go through.
        """
        outstanding = list(invoices)
        if self.charge_before is None or any(invoice.overdue_on for invoice in outstanding):
            return None
        days = (invoice.due_on - timedelta(days=self.charge_before) for invoice in outstanding)
        return min((day for day in days if day >= today), default=None)

    def collects(self, debt: Money) -> bool:
        """Whether so much overdue debt is collected."""
        return bool(debt) and all(threshold <= debt for threshold in self.thresholds if threshold.currency == debt.currency)


CUSTOMER_CLASSES: dict[str, CollectionPolicy] = {
    "standard": CollectionPolicy(suspend_after=7),
    "limited-first": CollectionPolicy(limit_after=5, suspend_after=10),
    "patient": CollectionPolicy(
        net_days=30,
        remind_before=3,
        limit_after=10,
        warn_before=3,
        suspend_after=20,
        terminate_after=45,
        thresholds=(Money(Decimal(5), "USD"), Money(Decimal(5), "EUR")),
    ),
    "charged": CollectionPolicy(remind_before=3, charge_before=0, warn_before=3, suspend_after=14),
}


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """A step of collection and the customer's day on which it is taken if nothing is paid."""

    on: date
    step: CollectionStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """How far collection has gone with one customer.

    `since` is the day on which it began (None: nothing is collected), `warned_of` the day of the suspension that he was last
    warned of, `status_changes` how often his status has changed so far.
    """

    status: CustomerStatus = CustomerStatus.ACTIVE
    since: date | None = None
    warned_of: date | None = None
    status_changes: int = 0

    def ladder(
        self, policy: CollectionPolicy, overdue: Iterable[Invoice], commitments: Group[Commitment], holds: Group[Hold]
    ) -> list[Step]:
        """The steps still to be taken, counted from the oldest overdue invoice, but never from before collection began.

        A hold puts them off by its days. Who was suspended when it began is suspended again after it, not limited first.
        """
        if self.since is None:
            return []
        due_on = max(self.since, min(invoice.overdue_on for invoice in overdue if invoice.overdue_on)) - ONE_DAY
        days = {step: put_off(due_on + timedelta(days=after), due_on, holds) for step, after in policy.ladder}
        if days.get(CollectionStep.LIMIT) == days.get(CollectionStep.SUSPEND):
            days.pop(CollectionStep.LIMIT, None)
        steps = [Step(on, step) for step, on in days.items()]
        return [step for step in steps if self._is_open(step, commitments)]

    def _is_open(self, step: Step, commitments: Iterable[Commitment]) -> bool:
        match step.step:
            case CollectionStep.LIMIT:
                return self.status is CustomerStatus.ACTIVE
            case CollectionStep.SUSPEND:
                return self.status is not CustomerStatus.SUSPENDED
            case _:
                return any(commitment.active_on(step.on) for commitment in commitments)


def overdue_step(policy: CollectionPolicy, invoices: Iterable[Invoice], holds: Group[Hold]) -> Step | None:
    """When the next of these outstanding invoices is overdue: once the debt past its due date is worth collecting, after holds."""
    debt = None
    for invoice in sorted(invoices, key=lambda invoice: invoice.due_on):
        debt = debt + invoice.outstanding if debt else invoice.outstanding
        if invoice.overdue_on is None and policy.collects(debt):
            return Step(first_day_after(holds, invoice.due_on + ONE_DAY), CollectionStep.OVERDUE)
    return None
