"""`duebell status`: is it flowing?"""

from __future__ import annotations

from typing import Annotated

import typer

from duebell.cli.alarms import show_alarms
from duebell.cli.connection import connection
from duebell.cli.handlers import how_it_is
from duebell.cli.output import Json, plain, say, show_json, show_rows


def status(
    context: typer.Context,
    *,
    acknowledge: Annotated[
        bool, typer.Option("--acknowledge", help="End the alarms about single events: you have seen them.")
    ] = False,
    json: Json = False,
) -> None:
    """Show the handlers, what they are owed, and the alarms that stand. Exit code 1 while an alarm stands.

    A handler's alarm ends with its cause. One about events that were refused or given up ends when you acknowledge it.
    """
    with connection(context) as duebell:
        found = duebell.post("/alarms/acknowledge") if acknowledge else duebell.get("/status")
    if json:
        show_json(found)
    else:
        columns = {
            "name": "Handler",
            "environment": "Environment",
            "is": "Is",
            "since": "Since (UTC)",
            "owed": "Owed",
        }
        rows = [{**row, **how_it_is(row)} for row in found["handlers"]]
        show_rows(rows, columns, as_json=False, empty="No handlers.", unbroken=("is", "since"))
        if found["oldest_waiting"]:
            say(f"\nThe oldest event that waits was recorded at {plain(found['oldest_waiting'])} (UTC).")
        if not found["dispatching"]:
            say("\nNothing is delivered now: `duebell serve` does not run.")
        if found["heartbeat"]["because"]:
            say(f"\nThe watchdog did not hear from us: {found['heartbeat']['because']}")
        if found["alarms"]:
            say("")
            show_alarms(found["alarms"])
    if found["alarms"]:
        raise typer.Exit(1)
