"""What was read of a customer of a PortaBilling, as tests make it up."""

from __future__ import annotations

from datetime import date

from builders import NOON, a_customer, usd
from duebell.portabilling.known import InvoiceState, Known, KnownCustomer, KnownInvoice
from duebell.portabilling.readings import CustomerCondition, CustomerReading, InvoiceReading, InvoiceStatus, Reading


def an_invoice_reading(
    i_invoice: str = "7",
    *,
    total: str = "30",
    paid: str = "0",
    status: InvoiceStatus | None = None,
    i_customer: str = "5",
) -> InvoiceReading:
    outstanding = usd(total) - usd(paid)
    return InvoiceReading(
        i_invoice=i_invoice,
        i_customer=i_customer,
        number=f"INV-{i_invoice}",
        issued_on=date(2026, 11, 1),
        due_on=date(2026, 11, 15),
        total=usd(total),
        paid=usd(paid),
        outstanding=outstanding,
        status=status or (InvoiceStatus.UNPAID if outstanding else InvoiceStatus.PAID),
    )


def a_reading(
    *invoices: InvoiceReading, i_customer: str = "5", condition: CustomerCondition = CustomerCondition.ACTIVE, at=NOON
) -> Reading:
    customer = CustomerReading(i_customer=i_customer, customer=a_customer(i_customer), condition=condition, balance=usd("0"))
    return Reading(began_at=at, customer=customer, invoices=invoices)


def a_known(*invoices: KnownInvoice, i_customer: str = "5") -> Known:
    customer = KnownCustomer(
        i_customer=i_customer,
        read_at=NOON,
        time_zone="America/New_York",
        customer_class=None,
        condition=CustomerCondition.ACTIVE,
        commitments=["commitment/3"],
    )
    return Known(customer=customer, invoices={one.seen.i_invoice: one for one in invoices})


def a_known_invoice(i_invoice: str = "7", *, paid: str = "0", i_customer: str = "5") -> KnownInvoice:
    seen = an_invoice_reading(i_invoice, paid=paid, i_customer=i_customer)
    return KnownInvoice(
        seen=seen, state=InvoiceState.OPEN if seen.outstanding else InvoiceState.PAID, times={"invoice.generated": 1}
    )
