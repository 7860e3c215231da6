"""`duebell billing`: embedded billing by hand."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import typer

from duebell.billing.collection import CUSTOMER_CLASSES
from duebell.cli.connection import connection
from duebell.cli.output import Json, plain, say, show_fields, show_json, show_rows
from duebell.errors import InvalidValue

billing_commands = typer.Typer(
    help="Bill customers: fees, charges, payments, holds, commitments, and billing's own clock.", no_args_is_help=True
)
customer_commands = typer.Typer(help="Add, list and show customers.", no_args_is_help=True)
commitment_commands = typer.Typer(help="Start and cancel commitments.", no_args_is_help=True)
billing_commands.add_typer(customer_commands, name="customer")
billing_commands.add_typer(commitment_commands, name="commitment")

CustomerId = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id, for example john-doe.")]
Amount = Annotated[str, typer.Argument(metavar="AMOUNT", help="Written like 30 or 30.00.")]
Currency = Annotated[str | None, typer.Option(help="ISO 4217 code.", show_default="the customer's")]
Service = Annotated[str, typer.Argument(metavar="SERVICE", help="The service that the fee is for, for example Internet.")]

_CLASSES = ", ".join(CUSTOMER_CLASSES)
_STANDING = {
    "external_id": "Id",
    "name": "Name",
    "customer_class": "Class",
    "status": "Status",
    "outstanding": "Outstanding",
    "overdue": "Overdue",
    "credit": "Credit",
    "next_step": "Next step",
    "next_step_on": "On",
    "held_until": "On hold until",
    "held_because": "Because",
}


# --- customers ---------------------------------------------------------------------------------------------------------


@customer_commands.command("add")
def add_customer(  # noqa: PLR0913 - one option a field
    context: typer.Context,
    customer: Annotated[
        str, typer.Argument(metavar="CUSTOMER", help="An id of your choice: small letters, digits, hyphens.")
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The customer's full name, in quotes.")],
    currency: Annotated[str, typer.Option(help="What the customer is billed in, an ISO 4217 code such as USD.")],
    customer_class: Annotated[str, typer.Option("--class", help=f"Terms of payment: {_CLASSES}.")] = "standard",
    time_zone: Annotated[str, typer.Option(help="The zone of the customer's calendar, for example Europe/Madrid.")] = "UTC",
    language: Annotated[str | None, typer.Option(help="For messages, for example en-US or es-ES.")] = None,
    phone: Annotated[str | None, typer.Option(help="With + and the country code.")] = None,
    email: Annotated[str | None, typer.Option(help="For messages by e-mail.")] = None,
    company_name: Annotated[str | None, typer.Option(help="The company that the customer is or works for.")] = None,
    reference: Annotated[str | None, typer.Option(help="The number under which others know the customer.")] = None,
    payment_method: Annotated[str | None, typer.Option(help="How the customer usually pays.")] = None,
    *,
    json: Json = False,
) -> None:
    """Add a customer."""
    body = {
        "external_id": customer,
        "name": name,
        "currency": currency,
        "customer_class": customer_class,
        "time_zone": time_zone,
        "language": language,
        "phone": phone,
        "email": email,
        "company_name": company_name,
        "reference": reference,
        "payment_method": payment_method,
    }
    _post(context, _path(), body, as_json=json)


@customer_commands.command("list")
def list_customers(
    context: typer.Context,
    after: Annotated[str, typer.Option(help="Behind the customer with this id: the next page.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 100,
    *,
    json: Json = False,
) -> None:
    """List customers in order of their ids."""
    with connection(context) as duebell:
        rows = duebell.get(_path(), after=after, limit=limit)["customers"]
    columns = {key: label for key, label in _STANDING.items() if key not in ("customer_class", "credit", "held_because")}
    show_rows(rows, columns, as_json=json, empty="No customers yet: `duebell billing customer add` adds one.")


@customer_commands.command("show")
def show_customer(context: typer.Context, customer: CustomerId, *, json: Json = False) -> None:
    """Show a customer with fees, commitments, invoices and payments."""
    with connection(context) as duebell:
        account = duebell.get(_path(customer))
    if json:
        show_json(account)
        return
    contact = {
        "reference": "Reference",
        "phone": "Phone",
        "email": "E-mail",
        "language": "Language",
        "time_zone": "Time zone",
    }
    show_fields(account, _STANDING | contact, as_json=False)
    for title, columns in _PARTS.items():
        if account[title]:
            say(f"\n{title.capitalize()}")
            show_rows(account[title], columns, as_json=False, empty="")


_PARTS = {
    "fees": {"service": "Service", "amount": "A month", "next_charge_on": "Next charge"},
    "charges": {"text": "For the next invoice", "amount": "Amount"},
    "commitments": {
        "reference": "Commitment",
        "service": "Service",
        "discount": "Discount",
        "started_on": "Started",
        "ends_on": "Ends",
        "terminated_on": "Terminated",
        "penalty": "Penalty",
    },
    "invoices": {
        "number": "Invoice",
        "due_on": "Due",
        "total": "Total",
        "paid": "Paid",
        "outstanding": "Outstanding",
        "status": "Status",
    },
    "payments": {"reference": "Payment", "received_at": "Received (UTC)", "amount": "Amount", "method": "Method"},
}


# --- money -------------------------------------------------------------------------------------------------------------


@billing_commands.command()
def fee(  # noqa: PLR0913 - one option a field
    context: typer.Context,
    customer: CustomerId,
    service: Service,
    amount: Amount,
    currency: Currency = None,
    from_: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day it is charged.", show_default="today"),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Charge a service each month, in advance, on the same day."""
    first = from_ and from_.date().isoformat()
    body = {"service": service, "amount": amount, "currency": currency, "first_charged_on": first}
    _post(context, _path(customer, "fees"), body, as_json=json)


@billing_commands.command()
def charge(  # noqa: PLR0913 - one option a field
    context: typer.Context,
    customer: CustomerId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What it is for, as the invoice says it; in quotes.")],
    amount: Amount,
    currency: Currency = None,
    *,
    now: Annotated[bool, typer.Option("--now", help="Issue an invoice at once.")] = False,
    json: Json = False,
) -> None:
    """Charge something once, on the next invoice."""
    body = {"text": text, "amount": amount, "currency": currency, "invoice_now": now}
    _post(context, _path(customer, "charges"), body, as_json=json)


@billing_commands.command()
def invoice(context: typer.Context, customer: CustomerId, *, json: Json = False) -> None:
    """Issue an invoice at once for what waits for the next one, today's fees included."""
    _post(context, _path(customer, "invoices"), None, as_json=json)


@billing_commands.command()
def pay(  # noqa: PLR0913 - one option a field
    context: typer.Context,
    customer: CustomerId,
    amount: Amount,
    currency: Currency = None,
    reference: Annotated[str | None, typer.Option(help="The payment's own number; with it, none is booked twice.")] = None,
    method: Annotated[str | None, typer.Option(help="How it was paid.", show_default="the customer's")] = None,
    *,
    json: Json = False,
) -> None:
    """Book a payment. It settles the oldest invoice first; what is left is credit for the next one."""
    body = {"amount": amount, "currency": currency, "reference": reference, "method": method}
    _post(context, _path(customer, "payments"), body, as_json=json)


@billing_commands.command()
def void(
    context: typer.Context,
    customer: CustomerId,
    number: Annotated[str, typer.Argument(metavar="INVOICE", help="The invoice's number, for example INV-2026-000001.")],
    *,
    json: Json = False,
) -> None:
    """Withdraw an invoice. What was paid on it settles others or is credit."""
    _post(context, _path(customer, "invoices", number, "void"), None, as_json=json)


# --- holds -------------------------------------------------------------------------------------------------------------


@billing_commands.command()
def hold(
    context: typer.Context,
    customer: CustomerId,
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day, the customer's own.")],
    because: Annotated[str, typer.Option(help="Why, for colleagues; in quotes.")],
    *,
    json: Json = False,
) -> None:
    """Collect nothing through a day: the customer is not told of overdue invoices, warned, limited or suspended.

    A limit or suspension is lifted until then, and is back the day after unless the debt is paid.
    """
    body = {"until": until.date().isoformat(), "because": because}
    _post(context, _path(customer, "hold"), body, as_json=json)


@billing_commands.command()
def release(context: typer.Context, customer: CustomerId, *, json: Json = False) -> None:
    """End a hold: collection goes on tomorrow, where it stood."""
    _post(context, _path(customer, "hold", "release"), None, as_json=json)


# --- commitments -------------------------------------------------------------------------------------------------------


@commitment_commands.command("start")
def start_commitment(  # noqa: PLR0913 - one option a field
    context: typer.Context,
    customer: CustomerId,
    service: Service,
    discount: Annotated[
        str, typer.Argument(metavar="DISCOUNT", help="What each month costs less, written like 10 or 10.00.")
    ],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day of the commitment.")],
    penalty: Annotated[
        str | None, typer.Option(help="What ending it earlier costs.", show_default="the discounts applied by then")
    ] = None,
    currency: Currency = None,
    *,
    json: Json = False,
) -> None:
    """Start a commitment today: the service's fee is lower until its end."""
    body = {
        "service": service,
        "discount": discount,
        "ends_on": until.date().isoformat(),
        "penalty": penalty,
        "currency": currency,
    }
    _post(context, _path(customer, "commitments"), body, as_json=json)


@commitment_commands.command("cancel")
def cancel_commitment(
    context: typer.Context,
    customer: CustomerId,
    reference: Annotated[str, typer.Argument(metavar="COMMITMENT", help="The commitment's reference, for example COM-1.")],
    *,
    json: Json = False,
) -> None:
    """End a commitment before its time. The penalty goes on the next invoice."""
    _post(context, _path(customer, "commitments", reference, "cancel"), None, as_json=json)


# --- time --------------------------------------------------------------------------------------------------------------


@billing_commands.command()
def run(context: typer.Context, *, json: Json = False) -> None:
    """Do now what has come due. A running `duebell serve` does it by itself."""
    with connection(context) as duebell:
        done = duebell.post("/billing/run")
    show_fields(done, _RUN, as_json=json)


@billing_commands.command()
def advance(
    context: typer.Context,
    by: Annotated[str, typer.Argument(metavar="SPAN", help="How far: 14d, 6h or 1d12h.")],
    *,
    json: Json = False,
) -> None:
    """Set billing's clock ahead, for good, and do what comes due by then. No other clock is touched.

    Days end with the last day's billing run, at 6 in the morning where the customer is.
    """
    ahead = re.fullmatch(r"(?:(\d{1,5})d)?(?:(\d{1,5})h)?", by)
    if not ahead or not by:
        raise InvalidValue(f"{by!r} is no span of time: write it like 14d, 6h or 1d12h.")
    with connection(context) as duebell:
        done = duebell.post("/billing/advance", {"days": int(ahead[1] or 0), "hours": int(ahead[2] or 0)})
    show_fields(done, _CLOCK | _RUN, as_json=json)


@billing_commands.command()
def clock(context: typer.Context, *, json: Json = False) -> None:
    """Show billing's time, and how far it is ahead of the real one."""
    with connection(context) as duebell:
        show_fields(duebell.get("/billing/clock"), _CLOCK, as_json=json)


_CLOCK = {"now": "Billing's time (UTC)", "offset_seconds": "Seconds ahead of the real one"}
_RUN = {"visits": "Accounts visited", "events": "Events"}


def _path(*parts: str) -> str:
    """The path of a customer or of something of his; whatever was typed stays one part of it."""
    return "/".join(("/billing/customers", *(quote(part, safe="") for part in parts)))


def _post(context: typer.Context, path: str, body: Any, *, as_json: bool) -> None:
    """Change something; then show where the customer stands, and the events that came of it."""
    with connection(context) as duebell:
        change = duebell.post(path, body)
    if as_json:
        show_json(change)
        return
    show_fields(change["customer"], _STANDING, as_json=False)
    for event in change["events"]:
        say(f"{plain(event['occurred_at'])}  {event['type']}  {event['subject'] or ''}")
