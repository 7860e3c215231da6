"""`duebell users`: who may log in to the console."""

from __future__ import annotations

import sys
from typing import Annotated, Any
from urllib.parse import quote

import typer

from duebell.cli.connection import connection
from duebell.cli.output import Json, say, show_json, show_rows
from duebell.cli.secret import file_text
from duebell.console.access.principal import Role
from duebell.errors import InvalidValue

users_commands = typer.Typer(help="Let people log in to the console, and decide what they may do.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The user's name; an e-mail address will do.")]
PasswordFile = Annotated[
    str | None,
    typer.Option("--from-file", metavar="PATH", help="Take the password from a file, or with - from standard input."),
]
AskedRole = Annotated[Role, typer.Option(help="A viewer sees, an operator acts, an administrator sets up.")]


@users_commands.command("list")
def list_(context: typer.Context, *, json: Json = False) -> None:
    """List the users and what they may do."""
    with connection(context) as duebell:
        _show(duebell.get("/users"), as_json=json)


@users_commands.command()
def add(
    context: typer.Context, name: Name, role: AskedRole = Role.VIEWER, from_file: PasswordFile = None, *, json: Json = False
) -> None:
    """Add a user. The password, at least 12 characters, is asked for, and not shown."""
    password = _password(from_file)
    with connection(context) as duebell:
        user = duebell.post("/users", {"name": name, "role": role, "password": password})
    _say(user, f"{user['name']} can log in, as {user['role']}.", as_json=json)


@users_commands.command()
def role(
    context: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Argument(metavar="ROLE", help="viewer, operator or administrator.")],
    *,
    json: Json = False,
) -> None:
    """Change what a user may do, at once."""
    with connection(context) as duebell:
        user = duebell.post(_path(name, "role"), {"role": role})
    _say(user, f"{user['name']} is {user['role']} now.", as_json=json)


@users_commands.command()
def password(context: typer.Context, name: Name, from_file: PasswordFile = None, *, json: Json = False) -> None:
    """Give a user another password, which is asked for. Everywhere the user is logged out."""
    new = _password(from_file)
    with connection(context) as duebell:
        user = duebell.post(_path(name, "password"), {"password": new})
    _say(user, f"The password of {user['name']} is changed.", as_json=json)


@users_commands.command()
def enable(context: typer.Context, name: Name, *, json: Json = False) -> None:
    """Let a user log in again, with the password from before."""
    with connection(context) as duebell:
        user = duebell.post(_path(name, "enable"))
    _say(user, f"{user['name']} can log in again, as {user['role']}.", as_json=json)


@users_commands.command()
def disable(context: typer.Context, name: Name, *, json: Json = False) -> None:
    """Let a user in no more, and log the user out everywhere."""
    with connection(context) as duebell:
        user = duebell.post(_path(name, "disable"))
    _say(user, f"{user['name']} can't log in any more.", as_json=json)


def _path(name: str, action: str) -> str:
    return f"/users/{quote(name, safe='')}/{action}"


def _password(from_file: str | None) -> str:
    """What is typed twice at the terminal, or what a file holds."""
    if from_file is not None:
        return file_text("the password", from_file)
    if not sys.stdin.isatty():
        raise InvalidValue(
            "There is no terminal to ask for the password at: use --from-file PATH, or --from-file - for standard input."
        )
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return typed


def _show(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    shown = rows if as_json else [{**row, "may": "log in" if row["enabled"] else "not log in (disabled)"} for row in rows]
    columns = {
        "name": "Name",
        "role": "Role",
        "may": "May",
        "created_at": "Added (UTC)",
        "last_login_at": "Last login (UTC)",
    }
    empty = "No users: `duebell users add NAME --role administrator` makes the first."
    show_rows(shown, columns, as_json=as_json, empty=empty, unbroken=("created_at", "last_login_at"))


def _say(user: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    if as_json:
        show_json(user)
    else:
        say(sentence)
