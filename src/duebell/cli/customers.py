"""`duebell customers`: who they are, and where they stand, as billing's events tell."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, say, show_fields, show_json, show_rows
from duebell.configuration.environment import GLOBAL

customers_commands = typer.Typer(help="Find and show customers.", no_args_is_help=True)


@customers_commands.command("list")
def list_(
    context: typer.Context,
    search: Annotated[str | None, typer.Argument(help="An id, beginnings of names, or a phone number.")] = None,
    environment: Annotated[str | None, typer.Option(help="Only this environment's: `duebell environments list`.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    *,
    json: Json = False,
) -> None:
    """List customers, those who came last first."""
    with connection(context) as duebell:
        found = duebell.get("/customers", search=search, environment=environment, limit=limit)
    columns = {
        "customer": "Id",
        "name": "Name",
        "environment": "Environment",
        "last_type": "Told last",
        "last_at": "When (UTC)",
    }
    show_rows(found, columns, as_json=json, empty="No such customers.", unbroken=("customer", "last_type"))


@customers_commands.command()
def show(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(help="The customer's whole id in billing.")],
    environment: Annotated[str, typer.Option(help="The billing whose customer he is.")] = GLOBAL,
    *,
    json: Json = False,
) -> None:
    """Show one customer as his newest events tell: who he is, his invoices, what became of messages to him."""
    with connection(context) as duebell:
        told = duebell.get(f"/customers/{quote(customer, safe='')}", environment=environment)
    if json:
        show_json(told)
        return
    labels = {
        "name": "Name",
        "company_name": "Company",
        "phone": "Phone",
        "email": "E-mail",
        "status": "Status",
        "total_overdue": "Overdue",
        "told_at": "Told (UTC)",
    }
    show_fields({**told["who"], **told["standing"], "told_at": told["told_at"]}, labels, as_json=False)
    say("")
    invoices = {
        "number": "Invoice",
        "due_on": "Due",
        "total": "Total",
        "outstanding": "Outstanding",
        "event_type": "Told last",
    }
    show_rows(told["invoices"], invoices, as_json=False, empty="No invoice is known.")
    say("")
    messages = {"at": "When (UTC)", "event_type": "About", "channel": "By", "state": "State", "because": "Because"}
    show_rows(told["messages"], messages, as_json=False, empty="No message is known of.")
