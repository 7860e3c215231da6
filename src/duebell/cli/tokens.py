"""`duebell tokens`: which programs may call the API."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, plain, say, show_json, show_rows
from duebell.console.access.principal import Scope

tokens_commands = typer.Typer(help="Let programs call the API, each with a token of its own.", no_args_is_help=True)

Label = Annotated[str, typer.Argument(metavar="LABEL", help="Who uses the token, for example billing-system.")]


@tokens_commands.command("list")
def list_(context: typer.Context, *, json: Json = False) -> None:
    """List the tokens, what they may do, and when they were last used."""
    with connection(context) as duebell:
        rows = duebell.get("/tokens")
    columns = {
        "label": "Label",
        "scopes": "May",
        "created_by": "Made by",
        "expires_at": "Expires (UTC)",
        "used_at": "Last used (UTC)",
        "revoked_at": "Revoked (UTC)",
    }
    show_rows(rows, columns, as_json=json, empty="No tokens.", unbroken=("expires_at", "used_at", "revoked_at"))


@tokens_commands.command()
def add(
    context: typer.Context,
    label: Label,
    scope: Annotated[
        list[Scope],
        typer.Option("--scope", metavar="SCOPE", help="What it may do: record, measure, view, operate, administer."),
    ],
    days: Annotated[int, typer.Option(min=1, max=3650, help="So long it is valid.")] = 365,
    *,
    json: Json = False,
) -> None:
    """Make a token, and show it this once. Programs send it as `Authorization: Bearer TOKEN`."""
    with connection(context) as duebell:
        made = duebell.post("/tokens", {"label": label, "scopes": scope, "days": days})
    if json:
        show_json(made)
        return
    say(made["token"])
    say(f"\nKeep it now: it is not shown again. It may {plain(made['scopes'])}, until {plain(made['expires_at'])} (UTC).")


@tokens_commands.command()
def revoke(context: typer.Context, label: Label, *, json: Json = False) -> None:
    """End a token at once."""
    with connection(context) as duebell:
        rows = duebell.post(f"/tokens/{quote(label, safe='')}/revoke")
    if json:
        show_json(rows)
    else:
        say(f"The token {label} opens nothing any more.")
