"""`duebell stop` and `duebell start-telling`: whether customers are told at all."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, say, show_json


def stop(
    context: typer.Context,
    because: Annotated[str, typer.Option(help="Why; it is shown until customers are told again.")],
    *,
    json: Json = False,
) -> None:
    """Tell no customer anything from now on, nor what already waits in Odoo to be sent. Events still reach the timeline there.

    What can't be done in Odoo now is done as soon as it can be reached, while `duebell serve` runs. Exit code 1 until then.
    """
    with connection(context) as duebell:
        _show(duebell.post("/telling/stop", {"because": because}), as_json=json)


def start_telling(context: typer.Context, *, json: Json = False) -> None:
    """Tell customers again: of what was held, what is still true and not too late. Exit code 1 while a target has still to do it."""
    with connection(context) as duebell:
        _show(duebell.post("/telling/start"), as_json=json)


def _show(telling: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(telling)
    else:
        say("Customers are told." if telling["told"] else f"Nobody is told anything: {telling['because']}")
        for one in telling["targets"]:
            owed = "" if one["done_at"] else "still to be done. "
            say(f"{one['handler']}: {owed}{one['said'] or 'It did not answer yet.'}")
    if not all(one["done_at"] for one in telling["targets"]):
        raise typer.Exit(1)
