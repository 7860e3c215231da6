"""`duebell pair` and `duebell rotate-key`: a handler's connection with its target."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, say, show_json

Name = Annotated[str, typer.Argument(metavar="HANDLER", help="The handler's name, for example OdooCRM.")]


def pair(context: typer.Context, handler: Name, *, json: Json = False) -> None:
    """Let this Duebell tell customers through the Odoo that is configured now, and that Odoo take the events of no other.

    Verify does so the first time. After Duebell's data or Odoo's database was copied, moved or replaced a person decides.
    """
    with connection(context) as duebell:
        paired = duebell.post(f"/handlers/{quote(handler, safe='')}/pair")
    if json:
        show_json(paired)
    else:
        say(f"{handler} is paired with {paired['address'] or 'this place: its target is any that is configured'}.")


def rotate_key(context: typer.Context, handler: Name, *, json: Json = False) -> None:
    """Change a handler's key: a new one is made in its target, verified and put in force, then the old one ends.

    Whatever fails, the key in force is a good one. Exit code 1 if the old one could not be revoked yet.
    """
    with connection(context) as duebell:
        key = duebell.post(f"/handlers/{quote(handler, safe='')}/rotate-key")
    if json:
        show_json(key)
    else:
        say(f"{handler} has a new key, verified and in force. {key['because'] or 'The old one has ended.'}")
    if key["former_is_good"]:
        raise typer.Exit(1)
