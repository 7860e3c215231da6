"""`duebell handlers`: which there are, how they are, and whether they are told."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.following import followed
from duebell.cli.output import Json, say, show_fields, show_json, show_rows
from duebell.cli.subscriptions import show_subscriptions

handlers_commands = typer.Typer(help="Enable, disable, pause, resume and drain event handlers.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="HANDLER", help="The handler's name, for example OdooCRM.")]
Because = Annotated[str, typer.Option(help="Why; it is shown while the handler is paused.")]


@handlers_commands.command("list")
def list_(context: typer.Context, *, json: Json = False) -> None:
    """List the handlers, their state, and what they are owed."""
    with connection(context) as duebell:
        rows = duebell.get("/handlers")
    columns = {
        "name": "Handler",
        "environment": "Environment",
        "is": "Is",
        "since": "Since (UTC)",
        "because": "Because",
        "owed": "Owed",
    }
    shown = rows if json else [{**row, **how_it_is(row)} for row in rows]
    show_rows(shown, columns, as_json=json, empty="No handlers.", unbroken=("is", "since"))


@handlers_commands.command()
def show(context: typer.Context, handler: Name, *, json: Json = False) -> None:
    """Show one handler with its subscriptions."""
    with connection(context) as duebell:
        row = duebell.get(_path(handler))
    _show(row, as_json=json)
    if not json:
        say("")
        show_subscriptions(row["subscriptions"])


@handlers_commands.command()
def enable(context: typer.Context, handler: Name, *, json: Json = False) -> None:
    """Use a handler: it is subscribed to every event type, but for what you switched off or filtered before."""
    with connection(context) as duebell:
        row = duebell.post(_path(handler, "enable"))
    _show(row, as_json=json)


@handlers_commands.command()
def disable(context: typer.Context, handler: Name, *, json: Json = False) -> None:
    """Use a handler no more: it is owed nothing new. What it is owed stays owed."""
    with connection(context) as duebell:
        row = duebell.post(_path(handler, "disable"))
    _show(row, as_json=json)
    if not json and (waiting := row["owed"].get("waiting")):
        say(f"\nIt is still owed {waiting} that wait: they leave once it is enabled again.")


@handlers_commands.command()
def pause(context: typer.Context, handler: Name, because: Because, *, json: Json = False) -> None:
    """Tell a handler nothing until it is resumed; it is owed everything meanwhile. A call that is out still ends."""
    with connection(context) as duebell:
        _show(duebell.post(_path(handler, "pause"), {"because": because}), as_json=json)


@handlers_commands.command()
def resume(context: typer.Context, handler: Name, *, json: Json = False) -> None:
    """Let leave what gathered while a handler was paused, the most urgent first."""
    with connection(context) as duebell:
        _show(duebell.post(_path(handler, "resume")), as_json=json)


@handlers_commands.command()
def drain(context: typer.Context, handler: Name, because: Because = "drained", *, json: Json = False) -> None:
    """Deliver what a handler is owed now, then pause it. Ended before, by Ctrl-C, it goes on unpaused."""
    with connection(context) as duebell:
        row = followed(duebell.lines(_path(handler, "drain"), because=because), "Settled")
    _show(dict(row), as_json=json)


def _path(handler: str, *action: str) -> str:
    """The path of a handler; whatever was typed stays one part of it."""
    return "/".join(("/handlers", quote(handler, safe=""), *action))


def how_it_is(row: dict[str, Any]) -> dict[str, Any]:
    """How it is, in a word: what a person switched goes before what the target says."""
    if not row["enabled"]:
        return {"is": "disabled"}
    if row["paused_at"]:
        return {"is": "paused", "because": row["paused_because"], "since": row["paused_at"]}
    return {"is": row["state"]}


def _show(row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(row)
        return
    labels = {
        "name": "Handler",
        "environment": "Environment",
        "is": "Is",
        "since": "Since (UTC)",
        "because": "Because",
        "owed": "Owed",
    }
    show_fields({**row, **how_it_is(row)}, labels, as_json=False)
