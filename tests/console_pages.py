"""The console over an instance, for whoever a test says asks."""

from __future__ import annotations

from pathlib import Path

import httpx2
from fastapi import Request

from builders import Clock
from duebell.console.access.principal import SCOPES, Principal, Role
from duebell.console.app import create_app
from duebell.instance import Instance
from duebell.settings import Settings


def an_instance(data: Path, clock: Clock) -> Instance:
    """One with a handler `OdooCRM`, as at first start; it dispatches nothing."""
    return Instance(Settings(data=data), now=clock)


def an_app(instance: Instance, role: Role = Role.OPERATOR):
    """The application for everybody in that role."""

    async def door(_: Request) -> Principal:
        return Principal(name=f"a {role}", scopes=SCOPES[role])

    return create_app(instance, door)


def a_browser(instance: Instance, role: Role = Role.OPERATOR) -> httpx2.AsyncClient:
    """Asks for pages, without scripts."""
    transport = httpx2.ASGITransport(an_app(instance, role))
    return httpx2.AsyncClient(transport=transport, base_url="http://duebell", trust_env=False)
