"""The door of the network: an API token, or the session of a user who has logged in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from fastapi import Request
from sqlalchemy import Connection

from duebell.console.access.door import READING
from duebell.console.access.forgery import refuse_forged
from duebell.console.access.principal import SCOPES, Principal, Role, Scope
from duebell.console.access.secret import csrf_of, digest
from duebell.console.access.session import secret_of
from duebell.storage import sessions, tokens

if TYPE_CHECKING:
    from duebell.instance import Instance

KEPT_EVERY = timedelta(minutes=1)
"""When something last came is kept to the minute: a page that asks often needn't write each time."""


class NetworkDoor:
    """A `Door`. Single sign-on is another one: whatever says who asks, and from which role his scopes follow."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    async def __call__(self, request: Request) -> Principal | None:
        """Whoever brings a token is judged by that alone.

        Raises:
            Forged: a change in a session that didn't come from a page of ours.
        """
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme:
            return await self._bearer(credentials.strip()) if scheme.lower() == "bearer" else None
        secret = secret_of(request)
        return await self._user(request, secret) if secret else None

    async def _bearer(self, token: str) -> Principal | None:
        kept, now = digest(token), self._instance.now()
        found = await self._instance.read(lambda connection: tokens.bearer(connection, kept, now))
        if found is None:
            return None
        await self._keep(found.used_at, now, partial(tokens.used, digest=kept, now=now))
        return Principal(name=f"token {found.label}", scopes=frozenset(map(Scope, found.scopes)))

    async def _user(self, request: Request, secret: str) -> Principal | None:
        kept, now, limits = digest(secret), self._instance.now(), self._instance.session_limits
        found = await self._instance.read(lambda connection: sessions.login_of(connection, kept, now, limits))
        if found is None:
            return None
        csrf = csrf_of(secret)
        if request.method not in READING:
            await refuse_forged(request, csrf)
        request.state.csrf = csrf
        await self._keep(found.seen_at, now, partial(sessions.seen, digest=kept, now=now))
        return Principal(name=found.name, scopes=SCOPES[Role(found.role)])

    async def _keep(self, before: datetime | None, now: datetime, unit: Callable[[Connection], None]) -> None:
        if before is None or now - before >= KEPT_EVERY:
            await self._instance.write(unit)
