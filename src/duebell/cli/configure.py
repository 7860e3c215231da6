"""`duebell configure`: type a group's options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, say, show_rows
from duebell.errors import InvalidValue


def configure(
    context: typer.Context,
    group: Annotated[str, typer.Argument(help="Environment and group, for example Global.OdooCRM.")],
    values: Annotated[
        list[str] | None,
        typer.Argument(help="KEY=value for each option; KEY alone asks for it without showing it; KEY= unsets it."),
    ] = None,
    *,
    from_file: Annotated[
        list[str] | None, typer.Option(metavar="KEY=PATH", help="Read a value from a file ('-' is standard input).")
    ] = None,
    json: Json = False,
) -> None:
    """Type options of a group, or show them. They are in force once [bold]duebell verify[/bold] has passed.

    A secret never needs to be on the command line: name its key alone to be asked for it, or give a file. An environment variable serves too:
    --from-file API_Access_Key=<(printenv ODOO_KEY).

    Example: duebell configure Global.OdooCRM API_URL=https://odoo.example.com API_Access_Key
    """
    environment, name = split_group(group)
    with connection(context) as duebell:
        known = {row["key"]: row for row in duebell.get(f"/configuration/{environment}/{name}")}
        typed = {**_typed(values or [], known), **dict(_read(entry) for entry in from_file or [])}
        rows = duebell.put(f"/configuration/{environment}/{name}", typed) if typed else list(known.values())
    columns = {"key": "Option", "value": "Typed", "in_force": "In force", "default": "Default", "unit": "Unit"}
    show_rows(rows, columns, as_json=json, empty="The group has no options.")
    if typed and not json:
        say(f"\nKept. Now prove and apply it: duebell verify {group}")


def split_group(group: str) -> tuple[str, str]:
    """`Global.OdooCRM` in two."""
    environment, dot, name = group.rpartition(".")
    if not dot or not environment or not name:
        raise InvalidValue(f"{group!r} is not an environment and a group: write it like Global.OdooCRM.")
    return environment, name


def _typed(entries: list[str], known: dict[str, Any]) -> dict[str, str]:
    typed = {}
    for entry in entries:
        key, equals, value = entry.partition("=")
        hidden = bool(known.get(key, {}).get("secret"))
        typed[key] = value if equals else typer.prompt(key, hide_input=hidden)
    return typed


def _read(entry: str) -> tuple[str, str]:
    key, equals, path = entry.partition("=")
    if not equals:
        raise InvalidValue(f"{entry!r} names no file: write it like API_Access_Key=key.txt.")
    try:
        return key, (sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue(f"The file {path} for {key} can't be read: {error}.") from None
