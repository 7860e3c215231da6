"""`duebell portabilling`: what came from PortaBilling, and what to do about it."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.following import followed, shown
from duebell.cli.output import Json, say, show_fields, show_json, show_rows
from duebell.cli.references_file import read_references
from duebell.configuration.environment import GLOBAL

portabilling_commands = typer.Typer(
    help="Look at what PortaBilling sent, pause and resume the reading of it, sort out what could not be read.",
    no_args_is_help=True,
)
raw_commands = typer.Typer(help="List and show raw events; retry or discard those that failed.", no_args_is_help=True)
quarantine_commands = typer.Typer(help="List and show what is no raw event; retry or discard it.", no_args_is_help=True)
portabilling_commands.add_typer(raw_commands, name="raw")
portabilling_commands.add_typer(quarantine_commands, name="quarantine")

Environment = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="The environment, for example Global.")]
Whose = Annotated[str, typer.Option("--environment", help="Whose PortaBilling.")]
OfEnvironment = Annotated[str | None, typer.Option("--environment", help="Only this environment's.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", min=0, help="Its number in the list.")]
OneOrAll = Annotated[int | None, typer.Argument(metavar="NUMBER", min=0, help="Its number in the list.")]
AllOf = Annotated[str | None, typer.Option("--all", metavar="ENVIRONMENT", help="All of this environment.")]
Because = Annotated[str, typer.Option(help="Why; it is kept and shown.")]
Before = Annotated[int | None, typer.Option(metavar="NUMBER", help="Only those older than this one.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")]

SOURCE = {
    "environment": "Environment",
    "is": "Is",
    "since": "Since (UTC)",
    "because": "Because",
    "last_event_at": "Last event (UTC)",
    "customers": "Customers known",
    "waiting": "Waiting",
    "failed": "Failed",
    "in_quarantine": "In quarantine",
}
RAW = {
    "number": "Number",
    "received_at": "Came (UTC)",
    "environment": "Environment",
    "i_event": "i_event",
    "type": "Type",
    "key": "About",
    "state": "State",
    "because": "Because",
}
MEANT = {
    "type": "Type",
    "subject": "About",
    "occurred_at": "Occurred (UTC)",
    "told": "Told",
    "id": "Id",
}
TOLD = ("customer", "type", "subject", "channel", "state", "at")
STRANGERS = {"i_customer": "Customer", "reference": "Reference", "is": "Is"}
AT_ONCE = 1000
"""References that are entered in one call."""
QUARANTINE = {
    "id": "Number",
    "last_at": "Last came (UTC)",
    "environment": "Environment",
    "size": "Bytes",
    "count": "Times",
    "state": "State",
    "because": "Because",
}


@portabilling_commands.command()
def status(context: typer.Context, *, json: Json = False) -> None:
    """Show each PortaBilling: how its API is, and what there is to do."""
    with connection(context) as duebell:
        rows = duebell.get("/portabilling/sources")
    shown = rows if json else [{**row, **_how_it_is(row)} for row in rows]
    empty = "No PortaBilling has sent anything yet, nor is one read."
    show_rows(shown, SOURCE, as_json=json, empty=empty, unbroken=("is", "since"))


@portabilling_commands.command()
def pause(context: typer.Context, environment: Environment, because: Because, *, json: Json = False) -> None:
    """Read nothing of a PortaBilling until it is resumed; what it sends is kept meanwhile."""
    with connection(context) as duebell:
        _show_source(duebell.post(_source(environment, "pause"), {"because": because}), as_json=json)


@portabilling_commands.command()
def resume(context: typer.Context, environment: Environment, *, json: Json = False) -> None:
    """Read what gathered while a PortaBilling was paused."""
    with connection(context) as duebell:
        _show_source(duebell.post(_source(environment, "resume")), as_json=json)


@portabilling_commands.command()
def look(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="His number in PortaBilling (i_customer).")],
    environment: Annotated[str, typer.Option(help="Whose customer he is.")] = GLOBAL,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it means; record nothing.")] = False,
    json: Json = False,
) -> None:
    """Read a customer now and record what is new of him."""
    with connection(context) as duebell:
        path = _source(environment, "customers", quote(customer, safe=""), "look")
        answer = duebell.post(path, {"dry_run": dry_run})
    if json:
        show_json(answer)
        return
    rows = [{**event, "told": "yes" if event["told"] else "timeline only"} for event in answer["events"]]
    show_rows(rows, MEANT, as_json=False, empty="Nothing new.")
    if answer["events"] and dry_run:
        say("Nothing was recorded.")


@portabilling_commands.command("take-over")
def take_over(
    context: typer.Context,
    environment: Whose = GLOBAL,
    *,
    json: Json = False,
) -> None:
    """Remember how all customers stand, and tell nobody; again, after it broke off, it goes on."""
    with connection(context) as duebell:
        report = followed(duebell.lines(_source(environment, "take-over")), "Reading customers")
    if json:
        show_json(report)
        return
    say(f"Of {report['customers']} customers {report['taken_over']} were taken over; {report['known']} were known before.")
    if report["unread"]:
        say(f"{report['unread']} could not be read: run it again once that is mended. {report['because']}")


@portabilling_commands.command()
def match(
    context: typer.Context,
    environment: Whose = GLOBAL,
    *,
    json: Json = False,
) -> None:
    """Ask Odoo who the customers would be, before anybody is told: linked to one contact, ambiguous or absent."""
    with connection(context) as duebell:
        report = followed(duebell.lines(_source(environment, "match")), "Reading customers")
    if json:
        show_json(report)
        return
    rows = [{**one, "is": kind} for kind, named in report["named"].items() for one in named]
    show_rows(rows, STRANGERS, as_json=False, empty="Nobody is left over.")
    say(
        f"Of {report['customers']} customers {report['linked']} are linked, {report['ambiguous']} ambiguous, {report['absent']} absent. "
        "Nothing was changed."
    )
    if report["unread"]:
        say(f"{report['unread']} could not be read. {report['because']}")


@portabilling_commands.command("references")
def enter_references(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with the columns i_customer and reference.")],
    environment: Whose = GLOBAL,
) -> None:
    """Say by which reference Odoo knows customers, where it isn't the one in PortaBilling; an empty one takes it back."""
    references = read_references(file)
    with connection(context) as duebell, shown() as tell:
        for done in range(0, len(references), AT_ONCE):
            part = dict(references[done : done + AT_ONCE])
            duebell.put(_source(environment, "references"), {"references": part})
            tell("Entering references", done + len(part), len(references))
    say(f"The references of {len(references)} customers are entered.")


@portabilling_commands.command("told")
def list_told(
    context: typer.Context,
    since: Annotated[
        str, typer.Option(help="Of events recorded since: 2026-11-01T09:00:00Z (UTC unless it has a zone), or 2h, 3d ago.")
    ],
    environment: Whose = GLOBAL,
    *,
    json: Json = False,
) -> None:
    """List as CSV which customers were told what, the oldest first: whom to think of after `duebell stop`."""
    rows: list[dict[str, Any]] = []
    with connection(context) as duebell:
        after: int | None = 0
        while after is not None:
            page = duebell.get(_source(environment, "told"), since=since, after=after)
            rows, after = rows + page["told"], page["after"]
    if json:
        show_json(rows)
        return
    table = csv.DictWriter(sys.stdout, TOLD, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)


@portabilling_commands.command()
def reconcile(
    context: typer.Context,
    since: Annotated[
        str, typer.Option(help="Invoices issued since: 2026-11-01T09:00:00Z (UTC unless it has a zone), or 2h, 3d ago.")
    ],
    environment: Whose = GLOBAL,
    *,
    record: Annotated[
        bool, typer.Option("--record", help="Read the customers it is about, and record what is new of them.")
    ] = False,
    json: Json = False,
) -> None:
    """Find what invoices and customers are in PortaBilling and not known here, because events were lost or not sent; record it by choice."""
    with connection(context) as duebell:
        lines = duebell.lines(_source(environment, "reconcile"), since=since, record=record)
        report = followed(lines, "Comparing with PortaBilling")
    if json:
        show_json(report)
        return
    say(
        f"Of {report['invoices']} invoices issued since then {report['missing']} are not known and {report['changed']} are known "
        f"otherwise; of {report['listed']} customers {report['condition']} stand otherwise than known. "
        f"It is about {report['customers']} customers."
    )
    for type_, count in sorted(report["recorded"].items()):
        say(f"  {count} {type_}")
    if report["unread"]:
        say(f"{report['unread']} customers could not be read. {report['because']}")
    if report["customers"] and not record:
        say("Nothing was done. Add --record to read these customers and record what is new of them.")


@raw_commands.command("list")
def list_raw(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    environment: OfEnvironment = None,
    state: Annotated[str | None, typer.Option(help="waiting, done, refused, exhausted or discarded.")] = None,
    about: Annotated[str | None, typer.Option(metavar="KEY", help="Only about this, for example customer:5.")] = None,
    before: Before = None,
    limit: Limit = 50,
    *,
    json: Json = False,
) -> None:
    """List raw events, the newest first."""
    with connection(context) as duebell:
        page = duebell.get("/portabilling/raw", environment=environment, state=state, key=about, before=before, limit=limit)
    _show_page(page, "raw_events", RAW, as_json=json)


@raw_commands.command("show")
def show_raw(context: typer.Context, number: Number, *, json: Json = False) -> None:
    """Show one raw event, with its body as it came."""
    with connection(context) as duebell:
        _show_raw(duebell.get(f"/portabilling/raw/{number}"), as_json=json)


@raw_commands.command("retry")
def retry_raw(context: typer.Context, number: OneOrAll = None, all_: AllOf = None, *, json: Json = False) -> None:
    """Have a raw event read at once, or all of an environment that failed."""
    _refuse_both(number, all_)
    with connection(context) as duebell:
        if all_ is not None:
            answer = duebell.post(_source(all_, "raw", "retry"))
            _tell(answer, f"{answer['retried']} wait to be read again.", as_json=json)
        else:
            _show_raw(duebell.post(f"/portabilling/raw/{number}/retry"), as_json=json)


@raw_commands.command("discard")
def discard_raw(context: typer.Context, number: Number, because: Because, *, json: Json = False) -> None:
    """Give a raw event up; it stays in the list, with the reason."""
    with connection(context) as duebell:
        _show_raw(duebell.post(f"/portabilling/raw/{number}/discard", {"because": because}), as_json=json)


@quarantine_commands.command("list")
def list_quarantine(  # noqa: PLR0913 - one parameter an option
    context: typer.Context,
    environment: OfEnvironment = None,
    ended: Annotated[bool, typer.Option(help="Those that were taken or discarded, instead of those that wait.")] = False,
    before: Before = None,
    limit: Limit = 50,
    *,
    json: Json = False,
) -> None:
    """List what could not be read or is of a type that isn't known, the newest first."""
    with connection(context) as duebell:
        page = duebell.get("/portabilling/quarantine", environment=environment, ended=ended, before=before, limit=limit)
    _show_page(page, "quarantine", QUARANTINE, as_json=json)


@quarantine_commands.command("show")
def show_quarantine(context: typer.Context, number: Number, *, json: Json = False) -> None:
    """Show one, with the beginning of what came."""
    with connection(context) as duebell:
        _show_body(duebell.get(f"/portabilling/quarantine/{number}"), as_json=json)


@quarantine_commands.command("retry")
def retry_quarantine(context: typer.Context, number: OneOrAll = None, all_: AllOf = None, *, json: Json = False) -> None:
    """Take one as a raw event, or all of an environment that can be read by now."""
    _refuse_both(number, all_)
    with connection(context) as duebell:
        if all_ is not None:
            answer = duebell.post(_source(all_, "quarantine", "retry"))
            _tell(answer, f"{answer['taken']} are raw events now, {answer['left']} are left.", as_json=json)
        else:
            _show_body(duebell.post(f"/portabilling/quarantine/{number}/retry"), as_json=json)


@quarantine_commands.command("discard")
def discard_quarantine(
    context: typer.Context, because: Because, number: OneOrAll = None, all_: AllOf = None, *, json: Json = False
) -> None:
    """Discard one, or all that wait of an environment; they stay in the list, with the reason."""
    _refuse_both(number, all_)
    with connection(context) as duebell:
        if all_ is not None:
            answer = duebell.post(_source(all_, "quarantine", "discard"), {"because": because})
            _tell(answer, f"{answer['discarded']} are discarded.", as_json=json)
        else:
            _show_body(duebell.post(f"/portabilling/quarantine/{number}/discard", {"because": because}), as_json=json)


def _source(environment: str, *action: str) -> str:
    """The path of a source; whatever was typed stays one part of it."""
    return "/".join(("/portabilling/sources", quote(environment, safe=""), *action))


def _refuse_both(number: int | None, all_: str | None) -> None:
    if (number is None) == (all_ is None):
        raise typer.BadParameter("give either a NUMBER or --all ENVIRONMENT.")


def _how_it_is(row: dict[str, Any]) -> dict[str, Any]:
    if row["paused_at"]:
        return {"is": "paused", "because": row["paused_because"], "since": row["paused_at"]}
    return {"is": row["state"] if row["configured"] else "not configured"}


def _show_source(row: dict[str, Any], *, as_json: bool) -> None:
    counted = {"accepted": "Accepted", "repeated": "Repeated", "quarantined": "Quarantined", "unauthorized": "Turned away"}
    show_fields(row if as_json else {**row, **_how_it_is(row)}, SOURCE | counted, as_json=as_json)


def _show_raw(row: dict[str, Any], *, as_json: bool) -> None:
    show_fields(row, RAW | {"attempts": "Attempts", "reference": "Events", "body": "Body"}, as_json=as_json)


def _show_body(row: dict[str, Any], *, as_json: bool) -> None:
    show_fields(row, QUARANTINE | {"ended_because": "Discarded because", "text": "Beginning"}, as_json=as_json)


def _show_page(page: dict[str, Any], of: str, columns: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        show_json(page)
        return
    show_rows(page[of], columns, as_json=False, empty="There are none.")
    if page["before"] is not None:
        say(f"There are older ones: add --before {page['before']}.")


def _tell(answer: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        show_json(answer)
    else:
        say(sentence)
