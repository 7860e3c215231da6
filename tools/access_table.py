"""Write who may do what into docs/access.md: each role's rights, and the right that each route asks for.

python -m access_table
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from duebell.console.access.door import Needs
from duebell.console.access.principal import SCOPES, Role, Scope
from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.settings import Settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "access.md"
HEADING = "## Who may do what\n"
ANYBODY = "anybody"


def routes(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Each method and path of the application, and the rights that it asks for; those without one are for anybody."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or ()):
            needs = [one.dependency for one in route.dependencies if isinstance(one.dependency, Needs)]
            asked = {scope for one in needs if (scope := one.for_method(method))}
            yield method, str(route.path), " and ".join(sorted(asked)) or ANYBODY


def section(app: FastAPI) -> str:
    """The part of the page that is written by this command."""
    rights = ["| who | " + " | ".join(Scope) + " |", "|---" * (len(Scope) + 1) + "|"]
    who = {**{role.capitalize(): SCOPES[role] for role in Role}, "The command line, on this machine": frozenset(Scope)}
    rights += [
        f"| {name} | " + " | ".join("yes" if scope in scopes else "" for scope in Scope) + " |"
        for name, scopes in who.items()
    ]
    asked = ["| route | asks for |", "|---|---|"]
    asked += [
        f"| `{method} {path}` | {right} |" for method, path, right in sorted(routes(app), key=lambda one: (one[1], one[0]))
    ]
    return "\n".join([HEADING, *rights, "", *asked, ""])


def main() -> None:
    with TemporaryDirectory() as folder:
        instance = Instance(Settings(data=Path(folder)))
        try:
            before, _, _ = PAGE.read_text(encoding="utf-8").partition(HEADING)
            PAGE.write_text(before + section(create_app(instance)), encoding="utf-8")
        finally:
            instance.close()


if __name__ == "__main__":
    main()
