"""How the API shows a customer and an invoice: values by the names of `duebell.portabilling.names`. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from duebell.billing.account import Account
from duebell.billing.invoice import Invoice, InvoiceStatus, total_of
from duebell.events import CustomerStatus
from duebell.money import Money
from duebell.portabilling.names import CUSTOMER_FIELDS, INVOICE_FIELDS
from duebell.sandbox.portabilling.directory import Directory
from duebell.sandbox.portabilling.times import api_moment

Shown = dict[str, "str | Money"]
"""Fields by PortaBilling's names; "" is empty. Amounts are still Money, to be written as the caller wants them."""

_BILL_STATUS = {CustomerStatus.SUSPENDED: "S", CustomerStatus.CLOSED: "C"}
"""Limited has no letter: the status says it."""
_OPEN = "O"


def customer_info(account: Account, directory: Directory) -> Shown:
    """One customer; his name in billing is PortaBilling's first and last name, his external id its `name`."""
    customer = account.customer
    first_name, _, last_name = customer.name.rpartition(" ")
    status = account.collection.status
    values: Shown = {
        "i_customer": directory.customers.of(account.id),
        "name": customer.external_id,
        "reference": customer.reference or "",
        "salutation": "",
        "first_name": first_name,
        "last_name": last_name,
        "company_name": customer.company_name or "",
        "invoice_contact": "",
        "phone": customer.phone or "",
        "phone_2": "",
        "email": customer.email or "",
        "currency": customer.currency,
        "balance": balance(account),
        "credit_limit": "",
        "bill_status": _BILL_STATUS.get(status, _OPEN),
        "status": status.value,
        "blocked": "N",
        "delayed": "0",
        "delayed_until": "",
        "language": customer.language or "",
        "time_zone": directory.time_zones.of(customer.time_zone),
        "customer_class": directory.classes.of(customer.customer_class),
        "vat_number": "",
    }
    return {CUSTOMER_FIELDS[name]: value for name, value in values.items()}


def invoice_info(invoice: Invoice, account: Account, directory: Directory, amount_due: Money, *, as_moments: bool) -> Shown:
    """One invoice; `as_moments`: its days as the moments at which they begin for the customer."""

    def day(day: date) -> str:
        return _beginning(day, account.customer.zone) if as_moments else day.isoformat()

    values: Shown = {
        "i_invoice": directory.invoices.of(invoice.number),
        "i_customer": directory.customers.of(account.id),
        "number": invoice.number,
        "issued_on": day(invoice.issued_on),
        "due_on": day(invoice.due_on),
        "total": invoice.total,
        "amount_due": amount_due,
        "paid": invoice.paid,
        "outstanding": invoice.outstanding,
        "status": invoice_status(invoice, account, account.today),
    }
    return {INVOICE_FIELDS[name]: value for name, value in values.items()}


def invoice_status(invoice: Invoice, account: Account, today: date) -> str:
    """PortaBilling's word for where an invoice of the account stands on that day of the customer's."""
    if invoice.status is InvoiceStatus.VOIDED:
        return "do not pay"
    if not invoice.total:
        return "no payment required"
    if invoice.status is InvoiceStatus.OVERDUE or not invoice.outstanding or today <= invoice.due_on:
        return invoice.status.value
    late = [one.outstanding for one in account.outstanding_invoices if one.due_on < today]
    collected = account.policy.collects(total_of(late, invoice.total.currency))
    return invoice.status.value if collected else "do not collect"


def balance(account: Account) -> Money:
    """What the customer owes; less than zero: what he has to his credit."""
    return account.total_outstanding - account.credit


def _beginning(day: date, zone: ZoneInfo) -> str:
    return api_moment(datetime.combine(day, time(), zone).astimezone(UTC))
