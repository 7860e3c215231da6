"""`duebell storage`: back up, restore, move to PostgreSQL."""

from __future__ import annotations

import re
import sys
from contextlib import closing
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from duebell.cli.connection import connection, settings_of
from duebell.cli.following import followed, shown
from duebell.cli.output import Json, say, show_json, show_rows
from duebell.cli.secret import file_text, variable
from duebell.errors import InvalidValue, NotPossible

storage_commands = typer.Typer(help="Back up, restore, and move the data to PostgreSQL.", no_args_is_help=True)

_PASSWORD = re.compile(r"//[^/@]*:[^/@]*@|[?&]password=")
File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup's file.")]


@storage_commands.command()
def backup(context: typer.Context, file: File, *, json: Json = False) -> None:
    """Write a backup while Duebell runs, into a new file that only this user may read.

    It holds customers' data. Secrets in it are encrypted: keep the key (secret.key in the data folder, or DUEBELL_SECRET_KEY)
    apart from it, and safe.
    """
    with connection(context) as duebell:
        made = followed(duebell.lines("/storage/backup", file=str(file.absolute())), "Copying")
    if json:
        show_json(made)
    else:
        say(f"{made['events']} events are in {made['file']} ({made['size'] / 1e6:.1f} MB); the copy was checked.")


@storage_commands.command()
def restore(
    context: typer.Context,
    file: File,
    *,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the data that is there; it is kept beside.")
    ] = False,
    json: Json = False,
) -> None:
    """Put a backup in place while no Duebell runs.

    All streams begin a new epoch, so that what is told from now on is newer to Odoo than all it has seen. A backup that is merely
    copied into place doesn't do that: Odoo would take its next events for old ones and tell nobody.
    """
    from duebell.instance import utc_now  # noqa: PLC0415 - takes its time, and only this needs it
    from duebell.storage.backup import restore as put_back  # noqa: PLC0415

    settings = settings_of(context)
    if settings.storage is not None:
        raise NotPossible(
            "This data is in PostgreSQL: restore it with PostgreSQL's own tools, then run `duebell storage begin-epoch`."
        )
    with shown() as tell:
        restored = put_back(file, settings.database, overwrite=overwrite, now=utc_now(), told=partial(tell, "Restoring"))
    if json:
        show_json({**asdict(restored), "kept": str(restored.kept) if restored.kept else None})
        return
    say(f"Restored: {restored.events} events, {restored.waiting} provisionings waiting. Epoch {restored.epoch} begins.")
    if restored.kept:
        say(f"What was there is kept as {restored.kept}.")
    for environment, customer in restored.forgotten_since:
        say(f"Forgotten after that backup, and back with it: `duebell forget {customer} --environment {environment}`.")


@storage_commands.command("begin-epoch")
def begin_epoch(context: typer.Context, *, json: Json = False) -> None:
    """Say that the data was put back from a copy by other means than `duebell storage restore`, before `serve` runs on it.

    All that is told from now on is then newer to Odoo than all it has seen; without this it would take new events for old ones.
    """
    with connection(context) as duebell:
        begun = duebell.post("/storage/epoch")
    if json:
        show_json(begun)
    else:
        say(f"Epoch {begun['epoch']} begins.")


@storage_commands.command()
def move(
    context: typer.Context,
    to: Annotated[
        str | None, typer.Option(metavar="URL", help="postgresql://user@host:port/name, if it needs no password.")
    ] = None,
    from_env: Annotated[
        str | None, typer.Option(metavar="NAME", help="Read the address from the environment variable NAME.")
    ] = None,
    from_file: Annotated[
        str | None, typer.Option(metavar="PATH", help="Read the address from a file ('-' is standard input).")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Copy everything into an empty PostgreSQL database while no Duebell runs, and compare every row.

    An address with a password doesn't belong on the command line, where others may see it: without an option it is asked for.
    The file stays as it is, but for a mark by which Duebell says where its data went.
    """
    from duebell.storage.moving import move as move_to  # noqa: PLC0415 - takes its time, and only this needs it
    from duebell.storage.sqlite import SqliteStore  # noqa: PLC0415

    settings = settings_of(context)
    if not settings.database.exists():
        raise NotPossible(f"There is no {settings.database}: name the folder of the data with --data.")
    url = _address(to, from_env, from_file)
    with closing(SqliteStore(settings.database)) as source, shown() as tell:
        moved = move_to(source, url, tell)
    if json:
        show_json(asdict(moved))
        return
    rows = [{"table": table, "rows": count} for table, count in moved.counts.items()]
    show_rows(rows, {"table": "Table", "rows": "Rows, here and there"}, as_json=False, empty="")
    say(f"\nEverything is in {moved.to}, each row the same as here. Now set DUEBELL_STORAGE to that database's address;")
    say("on every machine Duebell also needs the key of its secrets: secret.key in the data folder, or DUEBELL_SECRET_KEY.")


def _address(to: str | None, from_env: str | None, from_file: str | None) -> str:
    given = [one for one in (to, from_env, from_file) if one is not None]
    if len(given) > 1:
        raise InvalidValue("The address is given in two ways: give it in one.")
    if from_env is not None:
        return variable("the address", from_env)
    if from_file is not None:
        return file_text("the address", from_file)
    if to is None:
        if not sys.stdin.isatty():
            raise InvalidValue("There is no terminal to ask for the address at: use --from-env NAME or --from-file PATH.")
        return str(typer.prompt("postgresql://user:password@host:port/name", hide_input=True))
    if _PASSWORD.search(to):
        raise InvalidValue(
            "An address with a password doesn't belong on the command line: leave --to out to be asked for it, "
            "or use --from-env NAME or --from-file PATH."
        )
    return to
