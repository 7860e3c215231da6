"""The console over an instance, for whoever a test says asks."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import uvicorn
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


def a_command(instance: Instance, path: str = "") -> httpx2.AsyncClient:
    """Asks as commands on this machine do, which may do everything; `path` goes before each address."""
    transport = httpx2.ASGITransport(create_app(instance))
    return httpx2.AsyncClient(transport=transport, base_url=f"http://duebell{path}", trust_env=False)


@asynccontextmanager
async def served(instance, role=Role.OPERATOR):
    """A client of a server on a free port of this machine, and the application."""
    app = an_app(instance, role)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()  # who asks before the server runs waits, instead of being refused
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=30)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve(sockets=[bound]))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        try:
            async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30) as client:
                yield client, app
        finally:
            app.state.overview.end()
            server.should_exit = True
            await serving
