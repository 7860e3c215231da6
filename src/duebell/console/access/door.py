"""What stands before every route: who asks is known by the door that he came through, and may he."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request

from duebell.console.access.principal import LOCAL, Principal, Scope
from duebell.errors import DuebellError

Door = Callable[[Request], Awaitable[Principal | None]]
"""Says who asks; None: nobody who is known."""


class NotAuthenticated(DuebellError):
    """Nobody knows who asks."""

    slug = "not-authenticated"
    http_status = HTTPStatus.UNAUTHORIZED


class NotAllowed(DuebellError):
    """Who asks may not do this."""

    slug = "not-allowed"
    http_status = HTTPStatus.FORBIDDEN


async def control_socket(_: Request) -> Principal:
    """The door of the control socket."""
    return LOCAL


async def principal(request: Request) -> Principal:
    """Return who asks.

    Raises:
        NotAuthenticated: nobody knows.
    """
    door: Door = request.app.state.door
    found = await door(request)
    if found is None:
        raise NotAuthenticated("Log in, or send an API token: Authorization: Bearer ….")
    return found


ThePrincipal = Annotated[Principal, Depends(principal)]


class Needs:
    """A dependency: the request's principal has to have this scope; another one where it changes something."""

    def __init__(self, scope: Scope, *, to_change: Scope | None = None) -> None:
        self.scope = scope
        self.to_change = to_change or scope

    def for_method(self, method: str) -> Scope:
        return self.scope if method in {"GET", "HEAD"} else self.to_change

    async def __call__(self, request: Request, asking: ThePrincipal) -> None:
        """Let it pass.

        Raises:
            NotAllowed: it lacks the scope.
        """
        needed = self.for_method(request.method)
        if not asking.may(needed):
            raise NotAllowed(f"{asking.name} may not do this: it needs the right to {needed}. Ask an administrator.")
