"""`duebell configure`: type a group's options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, say, show_rows
from duebell.cli.secret import file_text, variable
from duebell.cli.typed import FromEnv, FromFile, Values, given, read_values, typed_values
from duebell.configuration.environment import GLOBAL
from duebell.console.client import Client
from duebell.errors import InvalidValue


def configure(  # noqa: PLR0913 - one option a way to give a value
    context: typer.Context,
    group: Annotated[str, typer.Argument(help="Environment and group, for example Global.OdooCRM.")],
    values: Values = None,
    *,
    from_file: FromFile = None,
    from_env: FromEnv = None,
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
        typed = given(known, typed_values(values), read_values(from_file, file_text), read_values(from_env, variable))
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
    """`Global.OdooCRM`, or `OdooCRM` alone, which is Global's, as the end of a path."""
    environment, dot, name = group.rpartition(".")
    environment = environment if dot else GLOBAL
    if not environment or not name or "=" in group:
        raise InvalidValue(f"{group!r} is not an environment and a group: write it like Global.OdooCRM.")
    return f"{quote(environment, safe='')}/{quote(name, safe='')}"
