"""The HTTP API over a database, as the service has it, and the same that keeps nothing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import SecretStr

from duebell.console.app import create_app
from duebell.espf.envelope import Happening
from duebell.instance import Instance
from duebell.sandbox.loopback import loopback_socket
from duebell.settings import Settings
from duebell.storage.recorder import Recorded


class Forgetful(Instance):
    """Answers as if it had recorded, at once."""

    async def record(self, happenings: Sequence[Happening]) -> list[Recorded]:
        return [Recorded(str(happening.id), new=True) for happening in happenings]


async def serve(url: str, folder: str, *, keeps: bool) -> Mapping[str, Any]:
    """Print the port, then answer until a line comes in. `folder` is for what isn't in the database."""
    storage = None if url.startswith("sqlite") else SecretStr(url)
    instance = (Instance if keeps else Forgetful)(Settings(data=Path(folder), storage=storage))
    try:
        with loopback_socket("127.0.0.1", 0) as bound:
            server = uvicorn.Server(uvicorn.Config(create_app(instance), log_config=None, lifespan="off"))
            serving = asyncio.create_task(server.serve(sockets=[bound]))
            print(bound.getsockname()[1], flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            server.should_exit = True
            await serving
    finally:
        instance.close()
    return {}
