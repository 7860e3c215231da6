"""Each route, asked by everybody whom there can be: it answers those who have its right, and nobody else, as docs/access.md says."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from fastapi import FastAPI

import access_table
from duebell.console.access.principal import Role, Scope
from duebell.console.access.secret import csrf_of, digest, new_secret
from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.storage import sessions, tokens

PAGE = access_table.PAGE.read_text(encoding="utf-8")
RIGHTS = {
    who: {scope for scope, cell in zip(Scope, cells.split("|"), strict=True) if cell.strip()}
    for who, cells in re.findall(
        r"^\| (Viewer|Operator|Administrator|The command line, on this machine) \|(.*)\|$", PAGE, re.MULTILINE
    )
}
"""Each role's, as the page has them."""
ROUTES = re.findall(r"^\| `([A-Z]+) (/\S*)` \| ([a-z ]+) \|$", PAGE, re.MULTILINE)
"""(method, path, right), as the page has them."""
WHO = ["nobody", *Role, *(f"token {scope}" for scope in Scope if scope != Scope.LOCAL), "expired", "revoked"]


def rights_of(who: str) -> set[str]:
    kind, _, scope = who.partition(" ")
    return {scope} if kind == "token" else RIGHTS.get(kind.capitalize(), set())


async def status_of(app: FastAPI, method: str, path: str, headers: Mapping[str, str]) -> int:
    """How it is answered; an answer that goes on for long is not waited for."""
    begun: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    sent = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        return sent.pop() if sent else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            begun.set_result(message["status"])

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"duebell"), *((name.lower().encode(), value.encode()) for name, value in headers.items())],
        "client": ("192.0.2.1", 1),
        "server": ("duebell", 80),
    }
    answering = asyncio.create_task(app(scope, receive, send))
    await asyncio.wait({answering, begun}, return_when=asyncio.FIRST_COMPLETED)
    answering.cancel()
    await asyncio.gather(answering, return_exceptions=True)  # what it raised is answered with 500
    return begun.result()


async def credentials(instance: Instance, who: str) -> dict[str, str]:
    """What one of them brings along: a session of his own for each request, since one of the routes ends it."""
    now, secret = instance.now(), new_secret()
    if who in set(Role):
        await instance.write(partial(sessions.begin, name=who, digest=digest(secret), now=now))
        return {"Cookie": f"duebell={secret}", "X-CSRF-Token": csrf_of(secret)}
    if who == "nobody":
        return {}
    scopes = [who.partition(" ")[2]] if who.startswith("token ") else list(Scope)
    expires_at = now if who == "expired" else now + timedelta(days=1)
    label = secret.replace("_", "x").replace("-", "x")
    made = partial(
        tokens.add, label=label, digest=digest(secret), scopes=scopes, created_by="a test", now=now, expires_at=expires_at
    )
    await instance.write(made)
    if who == "revoked":
        await instance.write(partial(tokens.revoke, label=label, now=now))
    return {"Authorization": f"Bearer {secret}"}


def test_the_page_tells_what_the_application_asks_for(instance: Instance) -> None:
    """`make access` writes it anew; what a change changes there is for a reviewer's eyes."""
    assert access_table.section(create_app(instance)) == PAGE[PAGE.index(access_table.HEADING) :]
    assert len(ROUTES) == len(set(ROUTES)) > 60
    assert RIGHTS["Viewer"] < RIGHTS["Operator"] < RIGHTS["Administrator"] < RIGHTS["The command line, on this machine"]


def test_nothing_but_becoming_known_and_probes_is_for_anybody() -> None:
    free = {f"{method} {path}" for method, path, right in ROUTES if right == access_table.ANYBODY}
    assert free == {"GET /login", "POST /login", "GET /first-run", "POST /first-run", "GET /livez", "GET /readyz"}


@pytest.mark.parametrize("who", WHO)
async def test_each_route_answers_those_who_have_its_right_and_nobody_else(
    app: FastAPI, instance: Instance, who: str
) -> None:
    wrong, brought = [], {}
    for method, template, right in ROUTES:
        if right == access_table.ANYBODY:
            continue
        if not brought or who in set(Role):
            brought = await credentials(instance, who)
        status = await status_of(app, method, re.sub(r"\{[^}]+\}", "0", template), brought)
        refusal = 403 if rights_of(who) else 401
        as_told = status not in {401, 403, 500} if right in rights_of(who) else status == refusal
        if not as_told:
            wrong.append(f"{method} {template} needs {right}: {status}")
    assert wrong == []


async def test_the_control_socket_is_open_to_whoever_reaches_it(instance: Instance) -> None:
    app = create_app(instance)
    answered = {
        f"{method} {path}": await status_of(app, method, re.sub(r"\{[^}]+\}", "0", path), {}) for method, path, _ in ROUTES
    }
    refused = {route for route, status in answered.items() if status in {401, 403}}
    assert refused <= {"POST /login", "GET /first-run", "POST /first-run", "POST /account/password"}
