"""`duebell secret`: the key that encrypts secrets at rest."""

from __future__ import annotations

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, say, show_json

secret_commands = typer.Typer(help="The key that encrypts secrets at rest.", no_args_is_help=True)


@secret_commands.command("rotate-key")
def rotate_key(context: typer.Context, *, json: Json = False) -> None:
    """Encrypt all secrets with a new key, and give up the old one.

    If it breaks off, both keys open the secrets until it is done again. Backups made before need the old key: keep a copy of it with
    them, or type the secrets again after a restore.
    """
    with connection(context) as duebell:
        done = duebell.post("/secret/rotate-key")
    if json:
        show_json(done)
        return
    say(f"{done['secrets']} secrets are encrypted with the new key.")
    if done["left_over"]:
        say(f"Now remove the old key from {done['left_over']}: leave the first one only.")
