"""A customer of a PortaBilling as a test watches him: what is read of him day by day, and everything that is told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from pydantic import TypeAdapter

from duebell.events import Customer, Fact
from duebell.money import Money
from duebell.portabilling.group import PORTABILLING, options_of
from duebell.portabilling.known import Known, Told
from duebell.portabilling.meaning import meaning
from duebell.portabilling.next_look import next_look_at
from duebell.portabilling.options import PortaBillingOptions
from duebell.portabilling.raw import RawEvent
from duebell.portabilling.readings import CustomerCondition, CustomerReading, InvoiceReading, InvoiceStatus, Reading

MADRID = "Europe/Madrid"
FIRST = date(2026, 11, 1)
"""The day on which invoices are issued unless it is said otherwise."""
DUE = date(2026, 11, 15)
LADDER = "*: due_soon 10 3; limitation_warning 2; limit 5; suspension_warning 5 2; suspend 14; termination_warning 7; terminate 60"
_KNOWN = TypeAdapter(Known)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def the_options(**typed: str) -> PortaBillingOptions:
    """As an operator would type them."""
    needed = {
        "API_URL": "https://portabilling.example.com",
        "API_Login": "duebell",
        "API_Password": "a password",
        "Event_Password": "another password",
    }
    return options_of(PORTABILLING.checked(needed | typed))


def on(day: date, hour: int = 12) -> datetime:
    """That hour of the day in UTC: an hour or two later in Madrid."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def november(day: int, hour: int = 12) -> datetime:
    return on(FIRST + timedelta(days=day - 1), hour)


def an_invoice(  # noqa: PLR0913 - each test says one or two of them
    i_invoice: str = "7",
    status: InvoiceStatus | None = InvoiceStatus.UNPAID,
    *,
    total: str = "30",
    paid: str = "0",
    issued_on: date = FIRST,
    due_on: date | None = DUE,
) -> InvoiceReading:
    return InvoiceReading(
        i_invoice=i_invoice,
        i_customer="5",
        number=f"No {i_invoice}",
        issued_on=issued_on,
        due_on=due_on,
        total=usd(total),
        paid=usd(paid),
        outstanding=usd(total) - usd(paid),
        status=status,
    )


def a_raw(type_: str, at: datetime, **variables: str) -> RawEvent:
    return RawEvent(environment="Global", i_event="1", type=type_, variables={"i_customer": "5", **variables}, at=at)


@dataclass
class Watched:
    """One customer. What is known goes through JSON after each reading, as it is kept."""

    options: PortaBillingOptions = field(default_factory=the_options)
    known: Known = field(default_factory=Known)
    told: list[Told] = field(default_factory=list)
    condition: CustomerCondition = CustomerCondition.ACTIVE
    balance: str = "0"
    credit_limit: str | None = None
    delayed_until: date | None = None
    customer_class: str | None = None

    def read(
        self,
        at: datetime,
        *invoices: InvoiceReading,
        causes: Sequence[RawEvent] = (),
        gone: Sequence[str] = (),
        taking_over: bool = False,
    ) -> list[str]:
        """Read him at that moment with these invoices: the types of what is told, in order."""
        reading = Reading(began_at=at, customer=self.reading, invoices=invoices, gone=gone)
        meant = meaning(self.known, reading, causes, at, self.options, taking_over=taking_over)
        self.known = _KNOWN.validate_json(_KNOWN.dump_json(meant.known))
        self.told += meant.facts
        return [told.fact.type for told in meant.facts]

    @property
    def reading(self) -> CustomerReading:
        return CustomerReading(
            i_customer="5",
            customer=Customer(external_id="5", name="A customer", time_zone=MADRID, customer_class=self.customer_class),
            condition=self.condition,
            balance=usd(self.balance),
            credit_limit=None if self.credit_limit is None else usd(self.credit_limit),
            delayed_until=self.delayed_until,
        )

    @property
    def ids(self) -> list[str]:
        return [told.source_id for told in self.told]

    @property
    def last(self) -> Fact:
        return self.told[-1].fact

    @property
    def next_look(self) -> datetime | None:
        return next_look_at(self.known, self.options)


def paid(invoice: InvoiceReading) -> InvoiceReading:
    """The invoice once it is paid in full."""
    return replace(invoice, paid=invoice.total, outstanding=Money.zero("USD"), status=InvoiceStatus.PAID)


def with_status(invoice: InvoiceReading, status: InvoiceStatus | None) -> InvoiceReading:
    return replace(invoice, status=status)


def a_customer_answer(**other: object) -> Mapping[str, object]:
    """As `Customer/get_customer_info` answers, without what its client unwraps."""
    return {
        "i_customer": 5,
        "name": "customer5",
        "iso_4217": "USD",
        "balance": "12.34560",
        "bill_status": "O",
        "blocked": "N",
        "i_time_zone": 3,
        **other,
    }


def an_invoice_answer(**other: object) -> Mapping[str, object]:
    """As `Invoice/get_invoice_info` answers, without what its client unwraps."""
    return {
        "i_invoice": 7,
        "invoice_number": "2026-7",
        "issue_date": "2026-11-01",
        "due_date": "2026-11-15",
        "amount_net": "30.00000",
        "outstanding_balance": "30.00000",
        "status": "Unpaid",
        **other,
    }
