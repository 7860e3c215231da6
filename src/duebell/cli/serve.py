"""`duebell serve`: deliver until ended."""

from __future__ import annotations

import asyncio

import typer

from duebell.cli.connection import settings_of


def serve(context: typer.Context) -> None:
    """Deliver events to Odoo until ended (Ctrl-C or SIGTERM).

    The other commands talk to it through a socket in the data folder, which only this user may use.
    """
    from duebell.cli.serving import until_ended  # noqa: PLC0415 - takes its time, and no other command needs it

    asyncio.run(until_ended(settings_of(context)))
