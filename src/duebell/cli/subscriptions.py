"""`duebell subscriptions`: which events each handler is owed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, plain, show_json, show_rows
from duebell.errors import InvalidValue

subscriptions_commands = typer.Typer(help="List and change which events each handler is owed.", no_args_is_help=True)

_COLUMNS = {"handler": "Handler", "event_type": "Event", "is": "Is", "only": "Only"}
_PARTS = {
    "customer_classes": "class",
    "companies": "company",
    "currencies": "currency",
    "minimum_amount": "at least",
    "percent": "per cent of customers",
}


@subscriptions_commands.command("list")
def list_(
    context: typer.Context,
    handler: Annotated[str | None, typer.Argument(metavar="[HANDLER]", help="Of this handler only.")] = None,
    *,
    json: Json = False,
) -> None:
    """List which event types go to which handler, and which events of a type."""
    with connection(context) as duebell:
        rows = duebell.get("/subscriptions", handler=handler)
    show_json(rows) if json else show_subscriptions(rows)


@subscriptions_commands.command("set")
def set_(  # noqa: PLR0913 - one option a part of the filter
    context: typer.Context,
    handler: Annotated[str, typer.Argument(metavar="HANDLER", help="The handler's name, for example Webhook.")],
    event_types: Annotated[str, typer.Argument(metavar="TYPE", help="An event type, or several: 'invoice.*' or '*'.")],
    customer_class: Annotated[list[str] | None, typer.Option("--class", help="Only customers of this class.")] = None,
    company: Annotated[list[str] | None, typer.Option(help="Only customers of this company of yours.")] = None,
    currency: Annotated[list[str] | None, typer.Option(help="Only amounts in this currency, for example USD.")] = None,
    minimum: Annotated[str | None, typer.Option(help="Only amounts from this one on: '5.00 USD'.")] = None,
    percent: Annotated[
        int | None, typer.Option(min=1, max=100, help="Only so many of a hundred customers; 100: all.")
    ] = None,
    *,
    enabled: Annotated[bool | None, typer.Option("--on/--off", help="Owe it these events, or none.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget the filter; with others, begin it anew.")] = False,
    json: Json = False,
) -> None:
    """Change what a handler is owed of the events recorded from now on. What it is owed stays owed.

    Classes, companies and currencies may be given several times: one of them has to fit. What isn't given stays as it is.
    """
    amount, _, minimum_currency = (minimum or "").partition(" ")
    given = {
        "enabled": enabled,
        "clear": clear or None,
        "customer_classes": customer_class or None,
        "companies": company or None,
        "currencies": currency or None,
        "minimum_amount": None if minimum is None else amount,
        "percent": percent,
        "minimum_currency": None if minimum is None else minimum_currency.strip(),
    }
    body = {name: value for name, value in given.items() if value is not None}
    if not body:
        raise InvalidValue("Say what to change: --on, --off, --clear, or what the events must be.")
    path = f"/subscriptions/{quote(handler, safe='')}/{quote(event_types, safe='')}"
    with connection(context) as duebell:
        rows = duebell.put(path, body)
    show_json(rows) if json else show_subscriptions(rows)


def show_subscriptions(rows: Sequence[dict[str, Any]]) -> None:
    """A line for each."""
    shown = [{**row, "is": "on" if row["enabled"] else "off", "only": _only(row)} for row in rows]
    show_rows(shown, _COLUMNS, as_json=False, empty="No subscriptions.", unbroken=("is", "event_type"))


def _only(row: dict[str, Any]) -> str:
    return "; ".join(f"{word} {plain(row[part])}" for part, word in _PARTS.items() if row[part])
