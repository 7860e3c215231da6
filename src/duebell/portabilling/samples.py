"""The questions of Verify that read samples: whether the methods may be called, and the fields are called as we expect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from duebell.configuration.question import Finding, failed, passed, warning
from duebell.portabilling.api import record
from duebell.portabilling.api.lists import numbered
from duebell.portabilling.api.shape import records
from duebell.portabilling.checks import Inquiry
from duebell.portabilling.reading import customer_reading, invoice_reading

SAMPLES = 5
CUSTOMERS_HAVE = ("status", "phone", "email", "language", "time_zone", "customer_class")
INVOICES_HAVE = ("status", "due_on", "total", "paid", "outstanding")
"""What some sample has, unless it is called otherwise: our names. Without what is needed, reading a sample fails."""

Row = Mapping[str, Any]


async def customer_list(inquiry: Inquiry) -> Finding:
    key = inquiry.options.customer_fields["i_customer"]
    rows = records(await inquiry.connected().call("Customer", "get_customer_list", {"limit": SAMPLES, "offset": 0}))
    inquiry.customers = _ids(rows, key)
    if not rows:
        return warning(
            "PortaBilling shows this login no customer.", "Verify again when it does: nothing can be compared yet."
        )
    if not inquiry.customers:
        return failed(
            f"The customers in the list have no {key}.", "Say in Customer_Fields what it is called: i_customer=its_name."
        )
    return passed(f"{_counted(inquiry.customers, 'customer')} to look at")


async def customer(inquiry: Inquiry) -> Finding:
    if not inquiry.customers:
        return warning("There is no customer to read.", "Verify again when there is one.")
    samples = [await _info(inquiry, "Customer", one) for one in inquiry.customers]
    inquiry.readings = [customer_reading(sample, inquiry.options) for sample in samples]
    return _compared("customer", samples, inquiry.options.customer_fields, CUSTOMERS_HAVE)


async def invoice_list(inquiry: Inquiry) -> Finding:
    if not inquiry.readings:
        return warning("There is no customer whose invoices could be listed.", "Verify again when there is one.")
    key = inquiry.options.invoice_fields["i_invoice"]
    for reading in inquiry.readings:
        asked = {"i_customer": numbered(reading.i_customer), "limit": SAMPLES, "offset": 0}
        rows = records(await inquiry.connected().call("Invoice", "get_invoice_list", asked))
        inquiry.invoices = [(one, reading) for one in _ids(rows, key)]
        if inquiry.invoices:
            return passed(f"{_counted(inquiry.invoices, 'invoice')} to look at")
        if rows:
            return failed(
                f"The invoices in the list have no {key}.", "Say in Invoice_Fields what it is called: i_invoice=its_name."
            )
    return warning(f"{_counted(inquiry.readings, 'customer')} read, none with an invoice.", "Verify again when one has.")


async def invoice(inquiry: Inquiry) -> Finding:
    if not inquiry.invoices:
        return warning("There is no invoice to read.", "Verify again when there is one.")
    samples = [await _info(inquiry, "Invoice", one) for one, _ in inquiry.invoices]
    for sample, (_, customer) in zip(samples, inquiry.invoices, strict=True):
        invoice_reading(sample, customer, inquiry.options)
    return _compared("invoice", samples, inquiry.options.invoice_fields, INVOICES_HAVE)


async def _info(inquiry: Inquiry, service: str, one: str) -> Row:
    """What is read of it; nothing, if the answer has nothing that we know as a record."""
    name = service.lower()
    answer = await inquiry.connected().call(service, f"get_{name}_info", {f"i_{name}": numbered(one)})
    return record(answer) or {}


def _ids(rows: Sequence[Row], key: str) -> list[str]:
    return [str(row[key]) for row in rows[:SAMPLES] if key in row]


def _counted(samples: Sequence[object], what: str) -> str:
    return f"{len(samples)} {what}" if len(samples) == 1 else f"{len(samples)} {what}s"


def _compared(what: str, samples: Sequence[Row], names: Mapping[str, str], wanted: Sequence[str]) -> Finding:
    missing = [ours for ours in wanted if not any(names[ours] in sample for sample in samples)]
    if missing:
        spelt = ", ".join(f"{names[ours]} (our {ours})" for ours in missing)
        option = f"{what.capitalize()}_Fields"
        return warning(
            f"{_counted(samples, what)} read, none with {spelt}.",
            f"If your PortaBilling calls it otherwise, say so in {option}, as {missing[0]}=its_name; if it is only empty, let it be.",
        )
    return passed(f"{_counted(samples, what)} can be read")
