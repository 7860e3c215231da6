"""`duebell verify`: prove what was typed, and apply it."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

from duebell.cli.configure import address
from duebell.cli.connection import connection
from duebell.cli.output import Json, say, screen, show_json
from duebell.errors import DuebellError

_MARKS = {
    "passed": "[green]✓[/green]",
    "warning": "[yellow]![/yellow]",
    "failed": "[red]✗[/red]",
}


def verify(
    context: typer.Context,
    group: Annotated[str, typer.Argument(help="Environment and group, for example Global.OdooCRM.")] = "Global.OdooCRM",
    *,
    check_only: Annotated[bool, typer.Option("--check-only", help="Only check; leave in force what is in force.")] = False,
    json: Json = False,
) -> None:
    """Check what was typed, step by step; when all passes, apply it.

    Exit code 0: all checks passed; 1: at least one failed, and what was in force still is.
    """
    path = f"/verify/{address(group)}"
    checks: list[dict[str, Any]] = []
    end: dict[str, Any] = {}
    with connection(context) as duebell:
        for line in duebell.lines(path, check_only=check_only):
            if "slug" not in line:
                end = line
                continue
            checks.append(line)
            if not json:
                show_check(line)
    if "detail" in end:
        raise DuebellError(end["detail"])
    if json:
        show_json({"checks": checks, **end})
    elif end["applied"]:
        say(f"\n{group} is verified and in force.")
    else:
        say(
            f"\n{group} is "
            + ("fine; nothing was applied." if end["passed"] else "not applied: mend what failed, then verify again.")
        )
    if not end["passed"]:
        raise typer.Exit(1)


def show_check(check: dict[str, Any]) -> None:
    """A check as it has finished, and how to mend it."""
    if check["result"] == "skipped":
        screen.print(f"[dim]· {check['title']}: not asked[/dim]")
        return
    screen.print(f"{_MARKS[check['result']]} [bold]{escape(check['title'])}[/bold]  {escape(check['found'])}")
    if check["hint"] and check["result"] in ("failed", "warning"):
        screen.print(f"  → {escape(check['hint'])}")
