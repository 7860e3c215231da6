"""What `duebell serve` runs: the dispatchers, and the HTTP API on the control socket."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator

import structlog
import uvicorn

from duebell.console.app import create_app
from duebell.console.control_socket import listening
from duebell.instance import Instance
from duebell.settings import Settings

log = structlog.get_logger(__name__)

LAST_ANSWERS = 5
"""Seconds that answers under way have when the service is ended; a Verify of a silent host would take longer."""


async def until_ended(settings: Settings) -> None:
    """Deliver and answer until SIGINT or SIGTERM.

    Raises:
        InvalidValue: the data folder's path is too long for a socket.
        StorageError, NotConfigured: the data folder can't be used; see `Instance`.
    """
    instance = Instance(settings)
    try:
        config = uvicorn.Config(
            create_app(instance), log_config=None, lifespan="off", timeout_graceful_shutdown=LAST_ANSWERS
        )
        server = _Server(config)
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
