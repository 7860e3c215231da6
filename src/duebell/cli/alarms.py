"""`duebell alarms`: what stands, and that a person has seen it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, plain, say, show_json

alarms_commands = typer.Typer(help="List and acknowledge alarms.", no_args_is_help=True)


@alarms_commands.command("list")
def list_(context: typer.Context, *, json: Json = False) -> None:
    """List the alarms that stand, the oldest first. Exit code 1 while one does."""
    with connection(context) as duebell:
        found = duebell.get("/alarms")
    if json:
        show_json(found)
    else:
        show_alarms(found)
    if found:
        raise typer.Exit(1)


@alarms_commands.command()
def acknowledge(
    context: typer.Context,
    cause: Annotated[
        str | None, typer.Argument(help="Its cause, as the list has it, for example 'events refused'; without it, all.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """End alarms that end only when a person has seen them. Those of a handler or of what is watched end with their cause."""
    with connection(context) as duebell:
        found = duebell.post("/alarms/acknowledge", **({"cause": cause} if cause else {}))["alarms"]
    if json:
        show_json(found)
    else:
        show_alarms(found)


def show_alarms(alarms: list[dict[str, Any]]) -> None:
    """Each with its sentence, and with how people were told of it."""
    if not alarms:
        say("No alarm stands.")
    for alarm in alarms:
        times = f", {alarm['count']} times" if alarm["count"] > 1 else ""
        say(f"Alarm since {plain(alarm['since'])} (UTC){times}, {alarm['cause']}: {alarm['sentence']}")
        for told in alarm["told"]:
            say(f"  {told['channel']}: {_telling(told)}")


def _telling(told: dict[str, Any]) -> str:
    known = f"told at {plain(told['at'])} (UTC)" if told["at"] else "not told yet"
    return f"{known}, tried again at {plain(told['again_at'])} (UTC): {told['because']}" if told["because"] else known
