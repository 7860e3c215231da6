"""`duebell events`: what was told, to whom, and how it went."""

from __future__ import annotations

import inspect
from typing import Annotated, Any
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, plain, say, show_fields, show_json, show_rows
from duebell.errors import Unknown
from duebell.espf.envelope import fact_schema
from duebell.events import FACTS

events_commands = typer.Typer(help="List, show, retry and replay events.", no_args_is_help=True)

_TO_THE_MINUTE = len("2026-11-01 12:00")

EventId = Annotated[str, typer.Argument(help="The event's id; its first characters will do.")]


@events_commands.command("list")
def list_(  # noqa: PLR0913 - one option a filter
    context: typer.Context,
    customer: Annotated[str | None, typer.Option(help="The customer's id or name in billing.")] = None,
    type: Annotated[str | None, typer.Option(help="The event's type, for example invoice.overdue.")] = None,  # noqa: A002
    state: Annotated[str | None, typer.Option(help="waiting, provisioned, refused, exhausted or skipped.")] = None,
    text: Annotated[str | None, typer.Option(help="A text in the event: a number, a phone, a name.")] = None,
    before: Annotated[
        int | None, typer.Option(help="Older ones than the event of this number; a full page ends with it.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    *,
    json: Json = False,
) -> None:
    """List events, newest first."""
    with connection(context) as duebell:
        rows = duebell.get("/events", customer=customer, type=type, state=state, text=text, before=before, limit=limit)
    if json:
        show_json(rows)
        return
    shown = [{**row, "id": row["id"][:8], "occurred_at": plain(row["occurred_at"])[:_TO_THE_MINUTE]} for row in rows]
    columns = {
        "id": "Id",
        "occurred_at": "Occurred (UTC)",
        "customer": "Customer",
        "type": "Event",
        "subject": "About",
        "state": "State",
    }
    show_rows(shown, columns, as_json=False, empty="No such events.", unbroken=("id", "occurred_at", "type", "state"))
    if len(rows) == limit:
        say(f"\nThere may be older ones: add --before {rows[-1]['number']}.")


@events_commands.command()
def show(context: typer.Context, event_id: EventId, *, json: Json = False) -> None:
    """Show one event: what it says, what is owed of it, every attempt, and what became of its messages."""
    with connection(context) as duebell:
        _show(duebell.get(_path(event_id)), as_json=json)


@events_commands.command()
def retry(context: typer.Context, event_id: EventId, *, json: Json = False) -> None:
    """Try at once what still waits of an event."""
    with connection(context) as duebell:
        _show(duebell.post(_path(event_id, "retry")), as_json=json)


@events_commands.command()
def replay(
    context: typer.Context,
    event_id: EventId,
    *,
    tell: Annotated[bool, typer.Option("--tell", help="Tell the customer again, if it is still true.")] = False,
    json: Json = False,
) -> None:
    """Send a settled event anew, at the end of its customer's line. Without --tell it only reaches Odoo's timeline."""
    with connection(context) as duebell:
        _show(duebell.post(_path(event_id, "replay"), tell=tell), as_json=json)


def _path(event_id: str, *action: str) -> str:
    """The path of an event; whatever was typed stays one part of it."""
    return "/".join(("/events", quote(event_id, safe=""), *action))


def _show(event: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show_json(event)
        return
    labels = {
        "id": "Event",
        "type": "Type",
        "subject": "About",
        "environment": "Environment",
        "customer": "Customer",
        "customer_name": "Name",
        "sequence": "Sequence",
        "occurred_at": "Occurred (UTC)",
        "recorded_at": "Recorded (UTC)",
    }
    show_fields(event, labels, as_json=False)
    for owed in event["provisionings"]:
        replay_ = f", replay {owed['replay']}" if owed["replay"] else ""
        say(f"\n{owed['handler']}{replay_}: {owed['state']}" + (f" ({owed['because']})" if owed["because"] else ""))
        if owed["link"]:
            say(f"  {owed['link']}")
        for one in owed["attempts"]:
            say(f"  {plain(one['started_at'])}  {one['outcome']}  {one['seconds']:.3f} s  {one['because'] or ''}")
        for message in owed["messages"]:
            say(f"  {message['channel']}: {message['state']} {plain(message['at'])} {message['because'] or ''}")


@events_commands.command()
def schema(
    type: Annotated[str | None, typer.Argument(help="The event's type; without it, the types are listed.")] = None,  # noqa: A002
    *,
    json: Json = False,
) -> None:
    """Print the JSON Schema of a type's data, or list the types."""
    if type is None:
        rows = [{"type": name, "says": inspect.getdoc(fact)} for name, fact in FACTS.items()]
        show_rows(rows, {"type": "Type", "says": "What it says"}, as_json=json, empty="")
    elif type in FACTS:
        show_json(fact_schema(type))
    else:
        raise Unknown(f"There is no event type {type!r}: `duebell events schema` lists them.")
