"""A look at one customer: he and his invoices are read through PortaBilling's API as they stand now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from duebell.errors import Unknown
from duebell.portabilling.api import Client, invoices, record
from duebell.portabilling.api.lists import numbered
from duebell.portabilling.options import PortaBillingOptions
from duebell.portabilling.reading import customer_reading, invoice_reading
from duebell.portabilling.readings import CustomerReading, Reading

Row = Mapping[str, Any]


class NoSuchCustomer(Unknown):
    """PortaBilling has no customer of that id."""


async def look(
    client: Client,
    i_customer: str,
    options: PortaBillingOptions,
    now: Callable[[], datetime],
    asked_about: Collection[str] = (),
) -> Reading:
    """All of it as it stands at some moment after this was called, those invoices (`i_invoice`) in it though no list shows them.

    Raises:
        PortaBillingError: a call failed; the subclass says why.
        UnreadableAnswer: a needed field is missing, or has a form or a word that isn't known.
        NoSuchCustomer: PortaBilling has none of that id.
    """
    began_at = now()
    info, rows = await asyncio.gather(_info(client, "Customer", i_customer), _invoices(client, i_customer, options))
    if info is None:
        raise _no_such(i_customer)
    unlisted = sorted(set(asked_about) - rows.keys())
    singly = dict(zip(unlisted, await asyncio.gather(*(_info(client, "Invoice", one) for one in unlisted)), strict=True))
    customer = customer_reading(info, options)
    found = [*rows.values(), *(row for row in singly.values() if row is not None)]
    return Reading(
        began_at=began_at,
        customer=customer,
        invoices=[invoice_reading(row, customer, options) for row in found],
        gone=[i_invoice for i_invoice, row in singly.items() if row is None],
    )


async def who(client: Client, i_customer: str, options: PortaBillingOptions) -> CustomerReading:
    """The customer alone. Raises as `look`."""
    info = await _info(client, "Customer", i_customer)
    if info is None:
        raise _no_such(i_customer)
    return customer_reading(info, options)


async def customer_of(client: Client, i_invoice: str, options: PortaBillingOptions) -> str | None:
    """The id of the customer whose invoice this is; None: there is no such invoice.

    Raises:
        PortaBillingError: the call failed; the subclass says why.
    """
    row = await _info(client, "Invoice", i_invoice)
    found = None if row is None else row.get(options.invoice_fields["i_customer"])
    return None if found is None else str(found)


def _no_such(i_customer: str) -> NoSuchCustomer:
    return NoSuchCustomer(f"PortaBilling has no customer {i_customer} (i_customer).")


async def _info(client: Client, service: str, id_: str) -> Row | None:
    asked = {f"i_{service.lower()}": numbered(id_)}
    return record(await client.call(service, f"get_{service.lower()}_info", asked, fresh=True))


async def _invoices(client: Client, i_customer: str, options: PortaBillingOptions) -> dict[str, Row]:
    """By id."""
    key = options.invoice_fields["i_invoice"]
    return {str(row[key]): row async for row in invoices(client, i_customer=i_customer, key=key) if key in row}
