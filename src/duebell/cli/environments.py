"""`duebell environments`: billings with customer ids of their own."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, say, show_json, show_rows

environments_commands = typer.Typer(
    help="List, add and remove environments: each is one billing with customer ids of its own.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Letters, digits, - and _, for example berlin.")]
COLUMNS = {"name": "Environment", "handlers": "Its handlers"}


@environments_commands.command("list")
def list_(context: typer.Context, *, json: Json = False) -> None:
    """List the environments, Global first, each with its handlers."""
    with connection(context) as duebell:
        rows = duebell.get("/environments")
    show_rows(rows, COLUMNS, as_json=json, empty="No environments.")


@environments_commands.command()
def add(context: typer.Context, name: Name, *, json: Json = False) -> None:
    """Add an environment. Global's configuration is in force there until `duebell configure NAME.GROUP` overrides it."""
    with connection(context) as duebell:
        rows = duebell.post("/environments", {"name": name})
    if json:
        show_json(rows)
    else:
        say(f"Events of the environment {name} are taken from now on, with Global's configuration.")


@environments_commands.command()
def remove(context: typer.Context, name: Name) -> None:
    """Remove an environment for which nothing was recorded, and which has no options of its own."""
    with connection(context) as duebell:
        duebell.delete(f"/environments/{quote(name, safe='')}")
    say(f"The environment {name} is removed, with its handlers.")
