"""What PortaBilling's API answered, in our words. Pure: the answers come in, readings go out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from duebell.events import Customer
from duebell.money import Money, decimals_of
from duebell.portabilling.answer import Answer, UnreadableAnswer, rounded
from duebell.portabilling.options import PortaBillingOptions
from duebell.portabilling.readings import CustomerCondition, CustomerReading, InvoiceReading, InvoiceStatus

BILL_STATUSES: Mapping[str, CustomerCondition] = {
    "O": CustomerCondition.ACTIVE,
    "S": CustomerCondition.SUSPENDED,
    "C": CustomerCondition.CLOSED,
    "E": CustomerCondition.CLOSED,
    "D": CustomerCondition.CLOSED,
}
"""The letters of `bill_status`: open, suspended, closed, exported, deactivated. Limited has none, it is in `status`."""

_PRIORITY = list(CustomerCondition)
_ASKED_FOR = {None, InvoiceStatus.UNPAID, InvoiceStatus.PARTIALLY_PAID, InvoiceStatus.OVERDUE}
_NEEDS_AMOUNTS = {None, InvoiceStatus.PARTIALLY_PAID, InvoiceStatus.OVERDUE}
"""With these it can't be told from the status what is paid."""


def customer_reading(content: Mapping[str, Any], options: PortaBillingOptions) -> CustomerReading:
    """Read a customer of `Customer/get_customer_info`; JSON's numbers come as int or Decimal.

    Raises:
        UnreadableAnswer: a needed field is missing, or has a form or a word that isn't known.
    """
    answer = Answer("customer", content, options.customer_fields, "Customer_Fields")
    currency = _currency(answer)
    customer = _customer(answer, options)
    limit = answer.amount("credit_limit")
    return CustomerReading(
        i_customer=customer.external_id,
        customer=customer,
        condition=_condition(answer, options),
        balance=rounded(answer.amount("balance") or Decimal(0), currency),
        credit_limit=None if limit is None else rounded(limit, currency),
        delayed_until=answer.day("delayed_until", zone_of(customer)),
    )


def invoice_reading(content: Mapping[str, Any], of: CustomerReading, options: PortaBillingOptions) -> InvoiceReading:
    """Read an invoice of `Invoice/get_invoice_info` or `get_invoice_list`; its currency and calendar are the customer's.

    Raises:
        UnreadableAnswer: a needed field is missing, or has a form or a word that isn't known.
    """
    answer = Answer("invoice", content, options.invoice_fields, "Invoice_Fields")
    zone = zone_of(of.customer)
    status = answer.word("status", options.invoice_words, "Invoice_Words")
    total, paid, outstanding = _amounts(answer, status, of.balance.currency)
    due_on = answer.day("due_on", zone)
    if due_on is None and status in _ASKED_FOR and total.amount > 0 and outstanding:
        raise answer.missing("due_on")
    return InvoiceReading(
        i_invoice=answer.needed("i_invoice"),
        i_customer=answer.text("i_customer") or of.i_customer,
        number=answer.needed("number"),
        issued_on=answer.needed_day("issued_on", zone),
        due_on=due_on,
        total=total,
        paid=paid,
        outstanding=outstanding,
        status=status,
    )


def zone_of(customer: Customer) -> ZoneInfo:
    """The zone whose midnight ends his day."""
    return ZoneInfo(customer.time_zone or "UTC")


# --- a customer ---------------------------------------------------------------------------------------------------------


def _customer(answer: Answer, options: PortaBillingOptions) -> Customer:
    company = answer.text("company_name")
    person = " ".join(filter(None, (answer.text("first_name"), answer.text("last_name"))))
    return Customer(
        external_id=answer.needed("i_customer"),
        name=person or company or answer.needed("name"),
        reference=answer.text("reference"),
        customer_class=answer.text("customer_class"),
        company_name=company,
        vat_number=answer.text("vat_number"),
        invoice_contact=answer.text("invoice_contact"),
        phone=answer.text("phone") or answer.text("phone_2"),
        email=answer.text("email"),
        language=_language(answer, options),
        time_zone=_time_zone(answer, options),
    )


def _currency(answer: Answer) -> str:
    currency = answer.needed("currency")
    try:
        decimals_of(currency)
    except ValueError:
        raise answer.unreadable("currency", "no currency of ISO 4217") from None
    return currency


def _language(answer: Answer, options: PortaBillingOptions) -> str | None:
    """Of one that no table names, PortaBilling's own word if it is a language's tag; else Odoo's own choice."""
    given = answer.text("language")
    found = given and options.language(given)
    if found or not given:
        return found
    try:
        Customer(external_id="-", name="-", language=given)
    except ValueError:
        return None
    return given


def _time_zone(answer: Answer, options: PortaBillingOptions) -> str | None:
    """One that no table names is an error: by a guess, "overdue" would be told on the wrong day."""
    given = answer.text("time_zone")
    if given is None:
        return None
    found = options.time_zone(given) or given
    try:
        Customer(external_id="-", name="-", time_zone=found)
    except ValueError:
        raise UnreadableAnswer(
            f"No table says which time zone {given!r} in {answer.names['time_zone']} of PortaBilling's customer is: "
            f"say so in PortaBilling.Time_Zones, as {given}=Europe/Madrid, or for all that aren't named as *=Europe/Madrid."
        ) from None
    return found


def condition_said(content: Mapping[str, Any], options: PortaBillingOptions) -> CustomerCondition | None:
    """How a customer stands by a row of `Customer/get_customer_list`; None: the list doesn't show it.

    Raises:
        UnreadableAnswer: a field has a form or a word that isn't known.
    """
    answer = Answer("customer", content, options.customer_fields, "Customer_Fields")
    return _condition(answer, options) if answer.text("bill_status") else None


def _condition(answer: Answer, options: PortaBillingOptions) -> CustomerCondition:
    """Of all that PortaBilling says, what counts most: closed, blocked, suspended, limited, delayed."""
    said = [
        BILL_STATUSES.get(answer.needed("bill_status").upper()),
        answer.word("status", options.customer_words, "Customer_Words"),
        CustomerCondition.BLOCKED if answer.flag("blocked") else None,
        CustomerCondition.DELAYED if answer.flag("delayed") else None,
    ]
    if said[0] is None:
        raise answer.unreadable("bill_status", f"none of {', '.join(BILL_STATUSES)}")
    return max((condition for condition in said if condition), key=_PRIORITY.index)


# --- an invoice ---------------------------------------------------------------------------------------------------------


def _amounts(answer: Answer, status: InvoiceStatus | None, currency: str) -> tuple[Money, Money, Money]:
    """Total, paid and outstanding: what isn't given follows from the others and the status, before anything is rounded."""
    total = answer.amount("total")
    if total is None:
        raise answer.missing("total")
    paid, outstanding = answer.amount("paid"), answer.amount("outstanding")
    if paid is None and outstanding is None:
        if status in _NEEDS_AMOUNTS and total > 0:
            raise answer.missing("outstanding")
        paid = total if status is InvoiceStatus.PAID else Decimal(0)
    if outstanding is None:
        outstanding = total - (paid or Decimal(0))
    if paid is None:
        paid = total - outstanding
    if total > 0:  # overpaid: what is left over is no debt of ours
        outstanding = max(outstanding, Decimal(0))
    return rounded(total, currency), rounded(paid, currency), rounded(outstanding, currency)
