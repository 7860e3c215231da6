"""What `duebell serve` runs: the dispatchers, and the HTTP API and the pages on the control socket and the network address."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing

import structlog
import uvicorn
from fastapi import FastAPI

from duebell.cli.network import LAST_ANSWERS, Server, network_app, network_config
from duebell.console.access.first_run import FirstRun
from duebell.console.app import create_app
from duebell.console.certificate import OwnCertificate
from duebell.console.control_socket import listening as control_socket
from duebell.console.listening import Listening
from duebell.console.overview import Overview
from duebell.console.pages.login import FIRST_RUN
from duebell.instance import Instance
from duebell.settings import Settings

log = structlog.get_logger(__name__)


async def until_ended(settings: Settings) -> None:
    """Deliver and answer until SIGINT or SIGTERM.

    Raises:
        InvalidValue: the data folder's path is too long for a socket, or the network address can't be used so.
        NotPossible: another program listens on the network address.
        StorageError, NotConfigured: the data folder can't be used; see `Instance`.
    """
    listening = Listening.of(settings)
    async with AsyncExitStack() as stack:
        instance = stack.enter_context(closing(Instance(settings)))
        answering = [(_local_config(instance), stack.enter_context(control_socket(settings.socket)))]
        overviews: list[Overview] = []
        certificate = OwnCertificate(instance, listening.certificate if listening else None)
        if listening:
            app, bound = network_app(instance), stack.enter_context(listening.bound())
            overviews.append(app.state.overview)
            config = network_config(app, listening)
            if config.ssl:
                certificate.shown_by(config.ssl)
            answering.append((config, bound))
            await _tell_address(app, listening.url(bound.getsockname()[1]))
        servers = [(Server(config), bound) for config, bound in answering]
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, _end, [server for server, _ in servers], overviews)
        async with instance.dispatching({"certificate": certificate.run}):
            log.info("serving", data=str(settings.data))
            await asyncio.gather(*(server.serve(sockets=[bound]) for server, bound in servers))
            for overview in overviews:
                await overview.close()
    log.info("ended", data=str(settings.data))


def _local_config(instance: Instance) -> uvicorn.Config:
    return uvicorn.Config(create_app(instance), log_config=None, lifespan="off", timeout_graceful_shutdown=LAST_ANSWERS)


async def _tell_address(app: FastAPI, url: str) -> None:
    """Where the console is; as long as there is no user, with what makes the first one."""
    first_run: FirstRun = app.state.first_run
    if await first_run.is_over():
        log.info("console", address=url)
    else:
        address = f"{url}{FIRST_RUN}?token={first_run.token}"
        log.info("nobody can log in yet: open this address to make the first administrator", address=address)


def _end(servers: Sequence[uvicorn.Server], overviews: Sequence[Overview]) -> None:
    for server in servers:
        server.should_exit = True
    for overview in overviews:
        overview.end()
