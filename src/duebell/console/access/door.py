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

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing."""


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
    """Return who asks; the door is asked once a request.

    Raises:
        NotAuthenticated: nobody knows.
        NotAllowed: the request was forged.
    """
    found: Principal | None = getattr(request.state, "principal", None)
    if found is None:
        door: Door = request.app.state.door
        found = await door(request)
    if found is None:
        raise NotAuthenticated("Log in, or send an API token: Authorization: Bearer ….")
    request.state.principal = found
    return found


ThePrincipal = Annotated[Principal, Depends(principal)]


class Needs:
    """A dependency: the request's principal has to have this scope; another one where it changes something.

    No scope: the route is for anybody, known or not. What is done goes to the audit trail; where a look at what is `sensitive`
    matters, the looks do too.
    """

    def __init__(self, scope: Scope | None, *, to_change: Scope | None = None, sensitive: bool = False) -> None:
        self.scope = scope
        self.to_change = to_change or scope
        self.sensitive = sensitive

    def for_method(self, method: str) -> Scope | None:
        return self.scope if method in READING else self.to_change

    async def __call__(self, request: Request) -> None:
        """Let it pass.

        Raises:
            NotAuthenticated: nobody knows who asks.
            NotAllowed: who asks lacks the scope.
        """
        request.state.needs = self
        needed = self.for_method(request.method)
        if needed is None:
            return
        asking = await principal(request)
        if not asking.may(needed):
            raise NotAllowed(f"{asking.name} may not do this: it needs the right to {needed}. Ask an administrator.")


ANYBODY = Needs(None)
"""For the pages on which people become known, and for what tells nothing."""
