"""`duebell serve`: deliver until ended."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import structlog
import typer
import uvicorn

from duebell.cli.connection import settings_of
from duebell.console.app import create_app
from duebell.errors import InvalidValue
from duebell.instance import Instance
from duebell.settings import Settings

log = structlog.get_logger(__name__)

LONGEST_SOCKET_PATH = 107
"""Bytes that a Unix socket's path may have."""


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
        with _private_socket(settings.socket) as listening:
            async with instance.dispatching():
                log.info("serving", data=str(settings.data))
                await server.serve(sockets=[listening])
        log.info("ended", data=str(settings.data))
    finally:
        instance.close()


class _Server(uvicorn.Server):
    """A server that leaves signals to us: its own handling would end the process before we have tidied up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def _private_socket(path: Path) -> Iterator[socket.socket]:
    """A socket at `path` that only this user may use. A dead one's leftover is replaced: we hold the data folder's lock."""
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        raise InvalidValue(f"{path} is too long a path for a socket: choose a shorter folder with --data.")
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listening:
        before = os.umask(0o177)
        try:
            listening.bind(str(path))
        finally:
            os.umask(before)
        try:
            yield listening
        finally:
            path.unlink(missing_ok=True)
