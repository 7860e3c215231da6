"""What is known of one customer of a PortaBilling: what was last read of him, and what was told of it. Pure values, JSON-able by pydantic.

`meaning.meaning` compares it with a new reading. It holds no name and no contact: those are read anew whenever something is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from duebell.events import CollectionStep, CustomerStatus, Fact, Reason
from duebell.portabilling.readings import CustomerCondition, InvoiceReading


class InvoiceState(StrEnum):
    """What people were last told of an invoice."""

    UNTOLD = "untold"
    OPEN = "open"
    OVERDUE = "overdue"
    PAID = "paid"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownInvoice:
    """One invoice as it was last read, what was told of it, and how often each type of event was.

    `returned_on`: the customer's day on which it was read again, after it had been settled and let go.
    """

    seen: InvoiceReading
    state: InvoiceState = InvoiceState.UNTOLD
    times: Mapping[str, int] = field(default_factory=dict)
    returned_on: date | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is expected of it; it may come back all the same."""
        return self.state in {InvoiceState.PAID, InvoiceState.VOIDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A warning that was given: `days` before the step, which was to be taken on the customer's day `step_on`."""

    step_on: date
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCustomer:
    """The customer as he was last read, at `read_at` (aware, UTC), and what was told of him.

    `status` is what people were last told, `reason` why (None: active); `times` counts what was told by type of event; `warnings`
    is the last one of each step; `commitments` are the source's ids of terminations that were told.
    """

    i_customer: str
    read_at: datetime
    time_zone: str | None
    customer_class: str | None
    condition: CustomerCondition
    delayed_until: date | None = None
    status: CustomerStatus = CustomerStatus.ACTIVE
    reason: Reason | None = None
    times: Mapping[str, int] = field(default_factory=dict)
    warnings: Mapping[CollectionStep, Warned] = field(default_factory=dict)
    commitments: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything known of one customer; `customer` None: he was never read. `invoices` by `i_invoice`.

    Those that aren't settled and those of the reading have to be in it, if they ever were; other settled ones may be left out.
    """

    customer: KnownCustomer | None = None
    invoices: Mapping[str, KnownInvoice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A fact to be recorded under the id `source_id`, which is the same whenever the same is found.

    `occurred_at` is aware, UTC. `told` False: it reaches the timeline only.
    """

    source_id: str
    occurred_at: datetime
    fact: Fact
    told: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a reading means: facts in the order in which they are told, and what is known from now on."""

    facts: Sequence[Told]
    known: Known
