"""`duebell configuration`: the versions of the whole configuration."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, say, show_json, show_rows
from duebell.cli.verify import show_check
from duebell.console.client import Client
from duebell.errors import DuebellError, Unknown

configuration_commands = typer.Typer(
    help="Versions of the configuration: list, look, clone, compare, apply, roll back, delete, export.", no_args_is_help=True
)
VERSIONS = "/configuration/versions"
Number = Annotated[int, typer.Argument(help="The version's number.")]
Why = Annotated[str | None, typer.Option("--remark", help="Why; it is shown beside the version.")]
_COLUMNS = {
    "number": "Version",
    "state": "State",
    "remark": "Why",
    "made_by": "Made by",
    "made_at": "Made",
    "applied_by": "Applied by",
    "applied_at": "Applied",
}


@configuration_commands.command()
def versions(context: typer.Context, *, json: Json = False) -> None:
    """List the versions: the active one, the backup before it, and inactive ones, of which one may be the draft."""
    with connection(context) as duebell:
        rows = duebell.get(VERSIONS)
    if not json:
        rows = [{**row, "state": "draft" if row["is_draft"] else row["state"]} for row in rows]
    show_rows(rows, _COLUMNS, as_json=json, empty="There is none yet: `duebell configure` makes the first.")


@configuration_commands.command()
def show(context: typer.Context, number: Number, *, json: Json = False) -> None:
    """Show what a version has set, secrets masked."""
    with connection(context) as duebell:
        rows = _options(duebell, number)
    columns = {"option": "Option", "value": "Value", "unit": "Unit"}
    show_rows(rows, columns, as_json=json, empty=f"Nothing is set in version {number}.")


def _options(duebell: Client, number: int) -> list[dict[str, Any]]:
    duebell.get(f"{VERSIONS}/{number}")  # which says if there is none
    found = []
    for group in duebell.get("/configuration"):
        place = f"{group['environment']}.{group['group']}"
        options = duebell.get(f"{VERSIONS}/{number}/{quote(group['environment'])}/{quote(group['group'])}")
        found += [
            {"option": f"{place}.{one['key']}", **one}
            for one in options
            if one["value"] is not None and one["comes_from"] == group["environment"]
        ]
    return found


@configuration_commands.command()
def clone(context: typer.Context, number: Number, *, remark: Why = None, json: Json = False) -> None:
    """Make a version like another one; change it with `duebell configure GROUP --version NUMBER`."""
    with connection(context) as duebell:
        made = duebell.post(VERSIONS, {"clone": number, "remark": remark})
    if json:
        show_json(made)
    else:
        say(
            f"Version {made['number']} is like version {number}: duebell configure Global.OdooCRM … --version {made['number']}"
        )


@configuration_commands.command()
def compare(
    context: typer.Context,
    left: Number,
    right: Number,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also what is the same in both.")] = False,
    json: Json = False,
) -> None:
    """Show two versions side by side; of a secret only whether both have the same."""
    with connection(context) as duebell:
        rows = duebell.get(f"{VERSIONS}/{left}/compare/{right}")
    shown = [row for row in rows if everything or not row["same"]]
    if not json:
        shown = [{**row, "option": _name(row), **_sides(row)} for row in shown]
    columns = {"option": "Option", "left": f"Version {left}", "right": f"Version {right}"}
    show_rows(shown, columns, as_json=json, empty=f"Versions {left} and {right} are the same.")


def _name(row: dict[str, Any]) -> str:
    return f"{row['environment']}.{row['group']}.{row['key']}"


def _sides(row: dict[str, Any]) -> dict[str, str]:
    if row["secret"] and row["left"] and row["right"]:
        return {"right": "the same" if row["same"] else "changed"}
    return {}


@configuration_commands.command()
def apply(context: typer.Context, number: Number, *, json: Json = False) -> None:
    """Prove an inactive version and put it in force as a whole: each group that it changes has to pass Verify first.

    Exit code 0: it is in force; 1: a check failed, and what was in force still is.
    """
    with connection(context) as duebell:
        for environment, group in duebell.get(f"{VERSIONS}/{number}/unverified"):
            _prove(duebell, number, environment, group, quiet=json)
        applied = duebell.post(f"{VERSIONS}/{number}/apply")
    if json:
        show_json(applied)
    else:
        say(f"Version {number} is in force.")


def _prove(duebell: Client, number: int, environment: str, group: str, *, quiet: bool) -> None:
    if not quiet:
        say(f"{environment}.{group}")
    end: dict[str, Any] = {}
    for line in duebell.lines(f"{VERSIONS}/{number}/verify/{quote(environment)}/{quote(group)}"):
        end = line
        if "slug" in line and not quiet:
            show_check(line)
    if not end.get("passed") or "detail" in end:
        raise DuebellError(
            end.get("detail") or f"Version {number} is not applied: mend {environment}.{group}, then apply it again."
        )


@configuration_commands.command()
def rollback(context: typer.Context, *, json: Json = False) -> None:
    """Let the backup and the active version change places, at once."""
    with connection(context) as duebell:
        active = duebell.post("/configuration/rollback")
    if json:
        show_json(active)
    else:
        say(f"Version {active['number']} is in force again.")


@configuration_commands.command()
def delete(context: typer.Context, number: Number, *, json: Json = False) -> None:
    """Delete an inactive version."""
    with connection(context) as duebell:
        duebell.delete(f"{VERSIONS}/{number}")
    if json:
        show_json({"deleted": number})
    else:
        say(f"Version {number} is deleted.")


@configuration_commands.command()
def export(
    context: typer.Context,
    number: Annotated[int | None, typer.Option("--version", help="Another version than the active one.")] = None,
) -> None:
    """Print what is set, as JSON by environment, group and option; secrets are left out."""
    with connection(context) as duebell:
        wanted = number if number is not None else _active(duebell)
        show_json(duebell.get(f"{VERSIONS}/{wanted}/export"))


def _active(duebell: Client) -> int:
    for version in duebell.get(VERSIONS):
        if version["state"] == "active":
            return int(version["number"])
    raise Unknown("No version is in force yet: name one with --version, or apply one first.")
