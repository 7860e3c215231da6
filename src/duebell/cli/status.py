"""`duebell status`: is it flowing?"""

from __future__ import annotations

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, plain, say, show_json, show_rows


def status(context: typer.Context, *, json: Json = False) -> None:
    """Show the handlers, what they are owed, and the alarms that stand. Exit code 1 while an alarm stands."""
    with connection(context) as duebell:
        found = duebell.get("/status")
    if json:
        show_json(found)
    else:
        columns = {
            "name": "Handler",
            "environment": "Environment",
            "state": "State",
            "since": "Since",
            "owed": "Events",
            "because": "Because",
        }
        show_rows(found["handlers"], columns, as_json=False, empty="No handlers.")
        say("" if found["dispatching"] else "\nNothing is delivered now: `duebell serve` does not run.")
        say(f"Oldest waiting event: {plain(found['oldest_waiting'])}")
        if found["alarms"]:
            alarm = {"since": "Since", "count": "Times", "cause": "Alarm", "sentence": "What happened"}
            show_rows(found["alarms"], alarm, as_json=False, empty="")
    if found["alarms"]:
        raise typer.Exit(1)
