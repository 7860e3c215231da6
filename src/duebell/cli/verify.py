"""`duebell verify`: prove what was typed, and apply it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

from duebell.cli.configure import address
from duebell.cli.connection import connection
from duebell.cli.output import Json, say, screen, show_json, show_rows
from duebell.cli.secret import file_text, variable
from duebell.cli.typed import FromEnv, FromFile, Values, given, read_values, typed_values
from duebell.console.client import Client
from duebell.errors import DuebellError

_MARKS = {
    "passed": "[green]✓[/green]",
    "warning": "[yellow]![/yellow]",
    "failed": "[red]✗[/red]",
}


def verify(  # noqa: PLR0913 - one option a way to give a value
    context: typer.Context,
    group: Annotated[str, typer.Argument(help="Environment and group, for example Global.OdooCRM.")] = "Global.OdooCRM",
    values: Values = None,
    *,
    from_file: FromFile = None,
    from_env: FromEnv = None,
    check_only: Annotated[
        bool,
        typer.Option("--check-only", help="Only check; keep nothing that is typed here, leave in force what is in force."),
    ] = False,
    test_text: Annotated[
        str | None, typer.Option(metavar="PHONE", help="If all passes, send a test text to this one of Test_Phones.")
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="Check nothing; show the last runs.")] = False,
    json: Json = False,
) -> None:
    """Check what was typed, step by step; when all passes, apply it.

    Options may be typed here instead of with `duebell configure`; if a check fails they are kept as a draft, so that only what
    was wrong has to be typed again.

    Exit code 0: all checks passed; 1: at least one failed, and what was in force still is.

    Example: duebell verify Global.OdooCRM API_URL=https://odoo.example.com API_Access_Key
    """
    with connection(context) as duebell:
        if history:
            _show_history(duebell, group, as_json=json)
            return
        known = {row["key"]: row for row in duebell.get(f"/configuration/{address(group)}")}
        typed = given(known, typed_values(values), read_values(from_file, file_text), read_values(from_env, variable))
        checks, end = _verified(
            duebell, group, {"typed": typed, "test_phone": test_text}, check_only=check_only, show=not json
        )
    if "detail" in end:
        raise DuebellError(end["detail"])
    if json:
        show_json({"checks": checks, **end})
    else:
        say(f"\n{_outcome(group, end)}")
    if not end["passed"]:
        raise typer.Exit(1)


def _verified(
    duebell: Client, group: str, proposal: dict[str, Any], *, check_only: bool, show: bool
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The checks, shown as they come, and how it ended."""
    checks: list[dict[str, Any]] = []
    end: dict[str, Any] = {}
    for line in duebell.lines(f"/verify/{address(group)}", proposal, check_only=check_only, keep=True):
        if "slug" not in line:
            end = line
            continue
        checks.append(line)
        if show:
            show_check(line)
    return checks, end


def _outcome(group: str, end: dict[str, Any]) -> str:
    if end["applied"]:
        return f"{group} is verified and in force."
    if end["passed"]:
        return f"{group} is fine; nothing was applied."
    kept = " What you typed is kept as a draft." if end["kept"] else ""
    return f"{group} is not applied: mend what failed, then verify again.{kept}"


def show_check(check: dict[str, Any]) -> None:
    """A check on a line, and what to do about it on the next."""
    if check["result"] == "skipped":
        screen.print(f"[dim]· {check['title']}: not asked[/dim]")
        return
    screen.print(f"{_MARKS[check['result']]} [bold]{escape(check['title'])}[/bold]  {escape(check['found'])}")
    if check["hint"] and check["result"] in ("failed", "warning"):
        screen.print(f"  → {escape(check['hint'])}")


def _show_history(duebell: Client, group: str, *, as_json: bool) -> None:
    runs = duebell.get(f"/verify/{address(group)}")
    rows = [{**run, "result": _result(run), "wrong": _wrong(run)} for run in runs]
    columns = {"at": "When (UTC)", "who": "Who", "result": "Result", "wrong": "What failed"}
    show_rows(runs if as_json else rows, columns, as_json=as_json, empty="It was never verified.", unbroken=("at",))


def _result(run: dict[str, Any]) -> str:
    if not run["passed"]:
        return "failed"
    return "passed, put in force" if run["applied"] else "passed"


def _wrong(run: dict[str, Any]) -> list[str]:
    return [f"{check['title']}: {check['found']}" for check in run["checks"] if check["result"] == "failed"]
