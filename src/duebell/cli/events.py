"""`duebell events`: what was told, to whom, how it went, and what to do about it."""

from __future__ import annotations

import inspect
from typing import Annotated, Any
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.following import followed, shown
from duebell.cli.messages import show_messages
from duebell.cli.output import Json, plain, say, show_fields, show_json, show_rows
from duebell.cli.replay_report import show_report
from duebell.console.client import Client
from duebell.errors import InvalidValue, Unknown
from duebell.espf.envelope import fact_schema
from duebell.events import FACTS

events_commands = typer.Typer(help="List, show, retry, skip and replay events.", no_args_is_help=True)

_TO_THE_MINUTE = len("2026-11-01 12:00")

EventId = Annotated[str, typer.Argument(help="The event's id; its first characters will do.")]


Environment = Annotated[str | None, typer.Option(help="Of this environment's customers: `duebell environments list`.")]
Customer = Annotated[str | None, typer.Option(help="The customer's id or name in billing.")]
Type = Annotated[str | None, typer.Option(help="The event's type, for example invoice.overdue.")]
State = Annotated[str | None, typer.Option(help="waiting, provisioned, refused, exhausted or skipped.")]
Handler = Annotated[str | None, typer.Option(help="Owed to this handler, for example OdooCRM.")]
Since = Annotated[str | None, typer.Option(help="Recorded then or later: a date, a time (UTC), or 2h, 3d ago.")]
Until = Annotated[str | None, typer.Option(help="Recorded before then, written alike.")]
Search = Annotated[
    str | None,
    typer.Option(
        help="What the page's one field finds: how an event's id, invoice's number, customer's name or phone begins."
    ),
]
HasText = Annotated[str | None, typer.Option("--text", help="A text in the event: a number, a phone, a name.")]
"""The filter of events, the same for all commands."""


@events_commands.command("list")
def list_(  # noqa: PLR0913 - one option a filter
    context: typer.Context,
    environment: Environment = None,
    customer: Customer = None,
    search: Search = None,
    type: Type = None,  # noqa: A002 - the word of the trade
    state: State = None,
    handler: Handler = None,
    since: Since = None,
    until: Until = None,
    text: HasText = None,
    before: Annotated[int | None, typer.Option(help="The next page: events before the one of this number.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    *,
    json: Json = False,
) -> None:
    """List events, newest first. One that is owed to several handlers, or was replayed, has a line for each."""
    wanted = _filter(environment, customer, search, type, state, handler, since, until, text)
    with connection(context) as duebell:
        events, further = _page(duebell, wanted, before, limit)
    if json:
        show_json({"events": events, "before": further})
        return
    _show_list(events)
    if further is not None:
        say(f"\nThere may be older ones: add --before {further}.")


@events_commands.command()
def show(context: typer.Context, event_id: EventId, *, json: Json = False) -> None:
    """Show one event: what it says, what is owed of it, every attempt, and its messages, for whose texts Odoo is asked.

    With --json: without the texts; `duebell events messages` has them.
    """
    with connection(context) as duebell:
        event = duebell.get(_path(event_id))
        _show(event, as_json=json)
        if not json and any(owed["attempts"] for owed in event["provisionings"]):
            show_messages(duebell.get(_path(event["id"], "messages"))["handlers"])


@events_commands.command()
def messages(context: typer.Context, event_id: EventId, *, json: Json = False) -> None:
    """Ask Odoo what was sent of an event: each message in its words, to whom, and its state."""
    with connection(context) as duebell:
        said = duebell.get(_path(event_id, "messages"))
    if json:
        show_json(said)
    elif said["handlers"]:
        show_messages(said["handlers"])
    else:
        say("No handler that sends messages was given this event yet.")


@events_commands.command()
def explain(context: typer.Context, event_id: EventId, *, json: Json = False) -> None:
    """Say in sentences why an event waits, or why nobody was told of it."""
    with connection(context) as duebell:
        explained = duebell.get(_path(event_id, "explanation"))
    if json:
        show_json(explained)
        return
    for reason in explained["reasons"]:
        say(reason["sentence"] + (f" (Replay {reason['replay']}.)" if reason["replay"] else ""))


@events_commands.command()
def retry(  # noqa: PLR0913 - one option a filter
    context: typer.Context,
    event_id: Annotated[str | None, typer.Argument(help="The event's id; its first characters will do.")] = None,
    environment: Environment = None,
    customer: Customer = None,
    search: Search = None,
    type: Type = None,  # noqa: A002 - the word of the trade
    handler: Handler = None,
    since: Since = None,
    until: Until = None,
    text: HasText = None,
    *,
    json: Json = False,
) -> None:
    """Try at once what still waits: of one event, or of all that the options mean. Its place in the line stays."""
    wanted = _filter(environment, customer, search, type, None, handler, since, until, text)
    with connection(context) as duebell:
        if event_id is not None:
            _not_both(wanted)
            _show(duebell.post(_path(event_id, "retry")), as_json=json)
            return
        if not wanted:
            raise InvalidValue("Say what to retry: an event's id, or options such as --handler OdooCRM.")
        done = duebell.post("/events/retry", **wanted)
    if json:
        show_json(done)
    else:
        say(f"Due now: {done['lines']}, each the first of its customer's line; the rest was due, or follows.")


@events_commands.command()
def skip(
    context: typer.Context,
    event_id: EventId,
    because: Annotated[str, typer.Option(help="Why; it is kept and shown with the event.")],
    handler: Annotated[str | None, typer.Option(help="For this handler only.")] = None,
    *,
    json: Json = False,
) -> None:
    """Settle what waits of an event without sending it. The customer's later events move on."""
    with connection(context) as duebell:
        skipped = duebell.post(_path(event_id, "skip"), {"because": because, "handler": handler})
    _show(skipped, as_json=json)
    if not json:
        say(f"\n{skipped['note']}")


@events_commands.command()
def replay(  # noqa: PLR0913 - one option a filter
    context: typer.Context,
    event_id: Annotated[str | None, typer.Argument(help="The event's id; its first characters will do.")] = None,
    environment: Environment = None,
    customer: Customer = None,
    search: Search = None,
    type: Type = None,  # noqa: A002 - the word of the trade
    state: State = None,
    handler: Handler = None,
    since: Since = None,
    until: Until = None,
    text: HasText = None,
    as_of: Annotated[
        int | None, typer.Option(help="Leave out what was replayed after the plan that said this number.")
    ] = None,
    *,
    tell: Annotated[bool, typer.Option("--tell", help="Tell customers, where it is still true and not too old.")] = False,
    again: Annotated[bool, typer.Option("--again", help="With --tell: also those who were told before.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, it is only said what would be done.")] = False,
    json: Json = False,
) -> None:
    """Send settled events anew, at the end of their customers' lines: one, or all that the options mean.

    Without --yes nothing is done: you see who would be told what, and what is left out and why. Without --tell nobody is told:
    the events reach Odoo's timeline only.
    """
    wanted = _filter(environment, customer, search, type, state, handler, since, until, text)
    if event_id is not None:
        _not_both(wanted)
    asked = {"event_id": event_id, "as_of": as_of, "tell": tell, "again": again, "yes": yes}
    with connection(context) as duebell:
        report = followed(duebell.lines("/events/replay", **wanted, **asked), "Events")
    if json:
        show_json(report)
    else:
        show_report(report)


def _filter(*values: str | None) -> dict[str, str]:
    """What was given of environment, customer, search, type, state, handler, since, until and text."""
    names = ("environment", "customer", "search", "type", "state", "handler", "since", "until", "text")
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _not_both(wanted: dict[str, str]) -> None:
    if wanted:
        raise InvalidValue("Give an event's id or options that filter, not both.")


def _page(
    duebell: Client, wanted: dict[str, str], before: int | None, limit: int
) -> tuple[list[dict[str, Any]], int | None]:
    """A full page, if there are so many: the server looks at so many events at a time only, and is asked to go on."""
    events: list[dict[str, Any]] = []
    first: int | None = None
    with shown() as tell:
        while True:
            page = duebell.get("/events", **wanted, before=before, limit=limit - len(events))
            events += page["events"]
            before = page["before"]
            if before is None or len(events) == limit:
                return events, before
            first = first or before
            tell("Looking back", first - before, first)


def _show_list(events: list[dict[str, Any]]) -> None:
    rows = [
        {
            **event,
            **owed,
            "id": event["id"][:8],
            "occurred_at": plain(event["occurred_at"])[:_TO_THE_MINUTE],
        }
        for event in events
        for owed in event["provisionings"] or [{"state": "owed to nobody"}]
    ]
    columns = {
        "id": "Id",
        "occurred_at": "Occurred (UTC)",
        "customer": "Customer",
        "type": "Event",
        "subject": "About",
        "state": "State",
    }
    if len({row.get("handler") for row in rows}) > 1:
        columns["handler"] = "Handler"
    show_rows(rows, columns, as_json=False, empty="No such events.", unbroken=("id", "occurred_at", "type", "state"))


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
