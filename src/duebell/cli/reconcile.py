"""`duebell reconcile`: after a target was restored from a backup."""

from __future__ import annotations

from typing import Annotated

import typer

from duebell.cli.connection import connection
from duebell.cli.following import followed
from duebell.cli.output import Json, say, show_json

reconcile_commands = typer.Typer(help="Owe a target again what it lost.", no_args_is_help=True)


@reconcile_commands.callback()
def reconcile() -> None:
    """Owe a target again what it lost."""


@reconcile_commands.command()
def odoo(
    context: typer.Context,
    since: Annotated[
        str, typer.Option(help="When the backup was made: 2026-11-01T09:00:00Z (UTC unless it has a zone), or 2h, 3d ago.")
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only say what Odoo lacks.")] = False,
    json: Json = False,
) -> None:
    """After Odoo was restored from a backup, send it again what it lacks: in order, to the timeline, telling nobody.

    Odoo is asked for all that it took since then, so an earlier time than the backup's does no harm.
    """
    with connection(context) as duebell:
        report = followed(duebell.lines("/reconcile/odoo", since=since, yes=yes), "Asking Odoo")
    if json:
        show_json(report)
        return
    for row in report["handlers"]:
        lacking = sum(row["lacking"].values())
        say(f"{row['handler']} took {row['asked']} events since then; it lacks {lacking}" + (":" if lacking else "."))
        for type_, count in sorted(row["lacking"].items()):
            say(f"  {count} {type_}")
        if yes:
            say(f"{row['owed']} are owed again and tell nobody. Customers to be forgotten again: {row['forgotten_again']}.")
        elif lacking:
            say("Nothing was done. Add --yes to send them again; they will tell nobody.")
