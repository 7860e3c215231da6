"""The server of `serve` on its network address."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from duebell.console.access.limits import Limits
from duebell.console.access.network import NetworkDoor
from duebell.console.app import create_app
from duebell.console.connection import Connection
from duebell.console.inlet import Inlet
from duebell.console.listening import Listening
from duebell.errors import InvalidValue

if TYPE_CHECKING:
    from duebell.instance import Instance

MOST_CONNECTIONS = 300
"""Beyond so many at once, requests are answered 503: what is dispatched goes before."""
IDLE = 15
"""Seconds that a connection stays open after an answer."""


LAST_ANSWERS = 5
"""Seconds that answers under way have when the service is ended; a Verify of a silent host would take longer."""


def network_app(instance: Instance) -> FastAPI:
    """The application for those who log in or bring a token."""
    return create_app(instance, door=NetworkDoor(instance))


def network_config(app: FastAPI, listening: Listening) -> uvicorn.Config:
    """How that application is served.

    Raises:
        InvalidValue: the certificate can't be used.
    """
    certificate, key = listening.certificate or (None, None)
    config = uvicorn.Config(
        Inlet(Limits(app, names=listening.all_names), instance=app.state.instance),
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        server_header=False,
        proxy_headers=listening.proxy is not None,
        forwarded_allow_ips=listening.proxy or "",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=LAST_ANSWERS,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise InvalidValue(
            f"{certificate} with the key {key} can't be used for TLS ({error.strerror or error}): give --tls-cert a certificate "
            "chain and --tls-key its key, both PEM."
        ) from None
    return config


class Server(uvicorn.Server):
    """A server that leaves signals to us: its own handling would end the process before we have tidied up."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
