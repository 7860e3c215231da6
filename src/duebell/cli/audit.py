"""`duebell audit`: who did what."""

from __future__ import annotations

from typing import Annotated

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, say, show_json, show_rows


def audit(
    context: typer.Context,
    before: Annotated[int | None, typer.Option(metavar="ID", help="Only entries older than this one.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    *,
    json: Json = False,
) -> None:
    """Show who changed, replayed or looked at what, logged in or failed to, the newest first."""
    with connection(context) as duebell:
        page = duebell.get("/audit", before=before, limit=limit)
    if json:
        show_json(page)
        return
    columns = {"at": "When (UTC)", "who": "Who", "action": "What", "subject": "To what", "detail": "How"}
    show_rows(page["entries"], columns, as_json=False, empty="No such entries.", unbroken=("at",))
    if page["before"] is not None:
        say(f"There are older ones: add --before {page['before']}.")
