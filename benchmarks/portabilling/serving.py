"""The inlet over a database, as the service has it, and the same that keeps nothing: a program for `espf.program`."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path

import structlog
import uvicorn
from pydantic import SecretStr

from duebell.cli.network import network_app
from duebell.configuration.environment import GLOBAL
from duebell.console.connection import Connection
from duebell.instance import Instance
from duebell.sandbox.loopback import loopback_socket
from duebell.settings import Settings
from duebell.sources.sources import Body

GROUP = "PortaBilling"
PATH = f"/portabilling/{GLOBAL}/events"
PASSWORD = "an inlet password"  # noqa: S105 - of the measurement's own service
_OPTIONS = {
    "API_URL": "https://127.0.0.1:9",
    "API_Login": "duebell",
    "API_Password": "an API password",
    "Event_Authorization": "header",
    "Event_Password": PASSWORD,
}


async def serve(url: str, folder: str, *, keeps: bool) -> None:
    """Print the port, then answer until a line comes in. `folder` is for what isn't in the database."""
    storage = None if url.startswith("sqlite") else SecretStr(url)
    instance = Instance(Settings(data=Path(folder), storage=storage))
    try:
        await _configure(instance)
        if not keeps:
            setattr(instance.sources, "take", _forget)  # noqa: B010 - a type checker would have none of it
        with loopback_socket("127.0.0.1", 0) as bound:
            config = uvicorn.Config(network_app(instance), http=Connection, ws="none", log_config=None, lifespan="off")
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[bound]))
            print(bound.getsockname()[1], flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            server.should_exit = True
            await serving
    finally:
        instance.close()


async def _configure(instance: Instance) -> None:
    await instance.configuration(lambda server: server.type(GLOBAL, GROUP, _OPTIONS))
    typed = await instance.configured(lambda server: server.draft(GLOBAL, GROUP))
    await instance.apply(GLOBAL, GROUP, typed)


async def _forget(environment: str, body: Body) -> None:
    """Instead of keeping it."""


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))  # what it prints is heard
    asyncio.run(serve(**json.loads(sys.stdin.readline())))
