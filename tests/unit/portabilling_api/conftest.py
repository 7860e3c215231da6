"""A server that a test can have any way it likes, and clients that call it."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace

import pytest

from duebell.portabilling.api import Client
from duebell.portabilling.group import PORTABILLING, options_of
from secrecy import kept_secret
from unit.portabilling_api.api_server import LOGIN, PASSWORD, TOKEN, ApiServer
from unit.sandbox.clock import StandingClock

Made = Callable[..., Client]


class Seconds:
    """A clock that counts seconds when it is told to."""

    def __init__(self) -> None:
        self.passed = 1000.0

    def __call__(self) -> float:
        return self.passed


@pytest.fixture
async def server() -> AsyncIterator[ApiServer]:
    server = await ApiServer().start()
    yield server
    await server.stop()


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
async def client(server: ApiServer, trusted: ssl.SSLContext, clock: Seconds) -> AsyncIterator[Made]:
    """Makes a client for the options given, of the server unless another URL is."""
    made: list[Client] = []

    def make(timeout: float = 3, **typed: str) -> Client:
        secret = {} if "API_Token" in typed else {"API_Password": PASSWORD}
        defaults = {"API_URL": server.url, "API_Login": LOGIN, "Allowed_Hosts": "127.0.0.1"}
        options = options_of(PORTABILLING.checked({**defaults, **secret, "Event_Password": "unused", **typed}))
        made.append(Client(replace(options.api, timeout=timeout), tls=trusted, clock=clock))
        return made[-1]

    yield make
    for one in made:
        await one.close()


@pytest.fixture(autouse=True)
def no_secret_in_the_log(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever a test provokes, no log or output holds a secret."""
    with kept_secret(caplog, capsys, PASSWORD, TOKEN, "token-1", "session-1", "refresh-1"):
        yield


@pytest.fixture
def utc() -> StandingClock:
    return StandingClock()
