"""`duebell configure`: type a group's options."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, say, show_rows
from duebell.cli.secret import file_text, variable
from duebell.console.client import Client
from duebell.errors import InvalidValue


def configure(  # noqa: PLR0913 - one option a way to give a value
    context: typer.Context,
    group: Annotated[str, typer.Argument(help="Environment and group, for example Global.OdooCRM.")],
    values: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KEY=value]...", help="KEY alone asks for the value (a secret isn't shown); KEY= unsets it."
        ),
    ] = None,
    *,
    from_file: Annotated[
        list[str] | None, typer.Option(metavar="KEY=PATH", help="Read a value from a file ('-' is standard input).")
    ] = None,
    from_env: Annotated[
        list[str] | None, typer.Option(metavar="KEY=NAME", help="Read a value from the environment variable NAME.")
    ] = None,
    remark: Annotated[str | None, typer.Option(help="Why; it is shown beside the version.")] = None,
    version: Annotated[int | None, typer.Option(help="Change this inactive version, and not the draft.")] = None,
    json: Json = False,
) -> None:
    """Type options of a group, or show them. They are in force once `duebell verify` has passed.

    A secret never needs to be on the command line, where others may see it: name its key alone to be asked for it, or give
    --from-file or --from-env.

    Example: duebell configure Global.OdooCRM API_URL=https://odoo.example.com API_Access_Key
    """
    path = f"/configuration/{address(group)}" if version is None else f"/configuration/versions/{version}/{address(group)}"
    with connection(context) as duebell:
        known = {row["key"]: row for row in duebell.get(path)}
        typed = _given(known, _typed(values), _read(from_file, file_text), _read(from_env, variable))
        rows = _kept(duebell, path, typed, remark) if typed else list(known.values())
    columns = {"key": "Option", "value": "Typed", "in_force": "In force", "default": "Default", "unit": "Unit"}
    if any(row["fixed_by"] for row in rows):
        columns["fixed_by"] = "Fixed by"
    show_rows(rows, columns, as_json=json, empty="The group has no options.")
    if typed and not json:
        then = f"duebell verify {group}" if version is None else f"duebell configuration apply {version}"
        say(f"\nKept. Now prove and apply it: {then}")


def _kept(duebell: Client, path: str, typed: Mapping[str, str], remark: str | None) -> list[dict[str, Any]]:
    """The group after it was changed."""
    duebell.put(path, typed, remark=remark)
    rows: list[dict[str, Any]] = duebell.get(path)
    return rows


def address(group: str) -> str:
    """`Global.OdooCRM` as the end of a path."""
    environment, _, name = group.rpartition(".")
    if not environment or not name:
        raise InvalidValue(f"{group!r} is not an environment and a group: write it like Global.OdooCRM.")
    return f"{quote(environment, safe='')}/{quote(name, safe='')}"


Source = Callable[[], str]
"""Where a value comes from; asked only when all keys are known, so that nobody types a key for nothing."""


def _given(known: Mapping[str, Mapping[str, Any]], *sources: Mapping[str, Source | None]) -> dict[str, str]:
    """The values by key; None as a source means to ask for it.

    Raises:
        InvalidValue: a key is unknown or given twice, or its value can't be had.
    """
    found: dict[str, Source | None] = {}
    for one in sources:
        for key, source in one.items():
            if key not in known:
                raise InvalidValue(f"There is no option {key!r} here: use one of {', '.join(known)}.")
            if key in found:
                raise InvalidValue(f"{key} is given in two ways: give it in one.")
            found[key] = source
    return {key: source() if source else _asked(key, secret=known[key]["secret"]) for key, source in found.items()}


def _typed(entries: Sequence[str] | None) -> dict[str, Source | None]:
    typed: dict[str, Source | None] = {}
    for entry in entries or ():
        key, equals, value = entry.partition("=")
        typed[key] = partial(str, value) if equals else None
    return typed


def _read(entries: Sequence[str] | None, source: Callable[[str, str], str]) -> dict[str, Source | None]:
    return {key: partial(source, key, place) for key, place in map(_split, entries or ())}


def _split(entry: str) -> tuple[str, str]:
    key, _, place = entry.partition("=")
    if not key or not place:
        raise InvalidValue(f"{entry!r} doesn't say where a value is: write it like API_Access_Key=key.txt.")
    return key, place


def _asked(key: str, *, secret: bool) -> str:
    if not sys.stdin.isatty():
        raise InvalidValue(f"There is no terminal to ask for {key} at: use --from-file {key}=PATH or --from-env {key}=NAME.")
    return str(typer.prompt(key, hide_input=secret))
