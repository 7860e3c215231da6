"""What requests changed goes to the audit trail, and who looked at what is sensitive: for all routes in one place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Asked

from duebell.console.access.door import READING, Needs
from duebell.console.access.principal import Scope
from duebell.console.access.trail_words import words_for
from duebell.errors import StorageError
from duebell.storage.audit import note

if TYPE_CHECKING:
    from duebell.instance import Instance

log = structlog.get_logger(__name__)

LONGEST = 200
"""Characters of a subject: it comes from the address."""


async def noted_within(request: Request) -> None:
    """A dependency: the route notes what it did by itself, in the transaction of the change; here only that it was refused."""
    request.state.noted_within = True


class Trail:
    """ASGI: it notes what was asked in plain words, what is named in the path, who, how it ended and by which route.

    `route` gives a path's template.

    Never the body, never the query: they hold secrets and customers' data. Recording events is not noted: each event is a row.
    """

    def __init__(self, app: ASGIApp, *, instance: Instance, route: Callable[[Asked], str]) -> None:
        self._app = app
        self._instance = instance
        self._route = route

    async def __call__(self, scope: Asked, receive: Receive, send: Send) -> None:
        noted = scope["type"] != "http"
        scope.setdefault("state", {})

        async def noting(message: Message) -> None:
            nonlocal noted
            if message["type"] == "http.response.start" and not noted:
                noted = True
                await self._note(scope, message["status"])
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception:
            if not noted:
                await self._note(scope, HTTPStatus.INTERNAL_SERVER_ERROR)
            raise

    async def _note(self, scope: Asked, status: int) -> None:
        state = scope["state"]
        who = state.get("principal")
        if who is None or not _matters(scope["method"], state.get("needs"), status, state):
            return
        method, path = scope["method"], self._route(scope)
        entry = {
            "at": self._instance.now(),
            "who": who.name,
            "action": words_for(method, path, looks=method in READING),
            "subject": " ".join(map(str, scope.get("path_params", {}).values()))[:LONGEST] or None,
            "detail": f"{_ended(status)}: {method} {path}",
        }
        try:
            await self._instance.write(partial(note, **entry))
        except StorageError:
            log.exception("audit trail failed", **entry)


def _matters(method: str, needs: Needs | None, status: int, state: dict[str, Any]) -> bool:
    if needs is None or needs.for_method(method) in {None, Scope.RECORD}:
        return False
    if method in READING:
        return needs.sensitive
    return status >= HTTPStatus.BAD_REQUEST or not state.get("noted_within", False)


def _ended(status: int) -> str:
    if status < HTTPStatus.BAD_REQUEST:
        return "done"
    return f"refused ({status} {HTTPStatus(status).phrase})" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "failed"
