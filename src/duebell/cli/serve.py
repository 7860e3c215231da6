"""`duebell serve`: deliver until ended."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator

import structlog
import typer
import uvicorn

from duebell.cli.connection import settings_of
from duebell.console.app import create_app
from duebell.console.control_socket import listening
from duebell.instance import Instance
from duebell.settings import Settings

log = structlog.get_logger(__name__)


def serve(context: typer.Context) -> None:
    """Deliver events to Odoo until ended (Ctrl-C or SIGTERM).

    The other commands talk to it through a socket in the data folder, which only this user may use.
    """
    asyncio.run(_serve(settings_of(context)))


async def _serve(settings: Settings) -> None:
    instance = Instance(settings)
    try:
        server = _Server(uvicorn.Config(create_app(instance), log_config=None, lifespan="off"))
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, setattr, server, "should_exit", True)
        with listening(settings.socket) as bound:
            async with instance.dispatching():
                log.info("serving", data=str(settings.data))
                await server.serve(sockets=[bound])
        log.info("ended", data=str(settings.data))
    finally:
        instance.close()


class _Server(uvicorn.Server):
    """A server that leaves signals to us: its own handling would end the process before we have tidied up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
