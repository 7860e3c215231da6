"""The service with PortaBilling's inlet on its network address, in a process of its own that may be killed."""

from __future__ import annotations

import asyncio
import base64
import logging
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

import structlog

from duebell.cli.network import Server, network_app, network_config
from duebell.configuration.environment import GLOBAL
from duebell.console.listening import Listening
from duebell.instance import Instance
from duebell.settings import Settings
from duebell.sources.sources import Body
from duebell.storage.quarantine import discard_quarantine
from duebell.tasks import cancelled
from proof.errors import ProofBroken
from proof.processes import PATIENCE, started, wire

GROUP = "PortaBilling"
PATH = f"/portabilling/{GLOBAL}/events"
PASSWORD = "an inlet password"  # noqa: S105 - of the proof's own service
AUTHORIZATION = "Basic " + base64.b64encode(f"portabilling:{PASSWORD}".encode()).decode()
OPTIONS = {
    "API_URL": "https://127.0.0.1:9",
    "Allowed_Hosts": "127.0.0.1:9",
    "API_Login": "duebell",
    "API_Password": "an API password",
    "Event_Password": PASSWORD,
}
"""Nobody listens there: what comes is kept, and waits to be read."""
_SOON = 10.0
"""Seconds within which a process that was killed has ended."""


class Moment(StrEnum):
    """When the service kills itself."""

    BEFORE_COMMIT = "before commit"
    COMMITTED = "committed, not answered"


def configure(settings: Settings, options: Mapping[str, str] = OPTIONS) -> None:
    """Put what the inlet needs in force, as an operator does once."""

    async def type_and_apply() -> None:
        instance = Instance(settings)
        await instance.configuration(lambda server: server.type(GLOBAL, GROUP, options))
        typed = await instance.configured(lambda server: server.draft(GLOBAL, GROUP))
        await instance.apply(GLOBAL, GROUP, typed)
        instance.close()

    asyncio.run(type_and_apply())


@contextmanager
def serving(settings: Settings, moment: Moment | None = None, nth: int = 1) -> Iterator[tuple[ForkServerProcess, int]]:
    """The process, and the port on which it listens; it is killed at the `nth` event's moment, else after the block."""
    hears, tells = wire()
    process = started(_serve, settings, tells, moment, nth)
    tells.close()
    try:
        if not hears.poll(PATIENCE):
            raise ProofBroken("The service did not begin to listen.")
        yield process, hears.recv()
    finally:
        process.kill()
        process.join()


def await_kill(process: ForkServerProcess, moment: Moment) -> None:
    """Wait until the service has killed itself.

    Raises:
        ProofBroken: no event came to that moment.
    """
    process.join(_SOON)
    if process.exitcode is None:
        raise ProofBroken(f"The service came to the end of its events and was not killed {moment}.")


def _serve(settings: Settings, tells: Connection, moment: Moment | None, nth: int) -> None:
    logging.disable(logging.CRITICAL)  # the web server complains of what is sent here
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    asyncio.run(_until_killed(settings, tells, moment, nth))


async def _until_killed(settings: Settings, tells: Connection, moment: Moment | None, nth: int) -> None:
    listening = Listening.of(Settings(listen="127.0.0.1:0"))
    assert listening is not None  # noqa: S101 - it says where
    instance = Instance(settings)
    if moment is not None:
        _kill_at(instance, moment, nth)
    server = Server(network_config(network_app(instance), listening))
    async with instance.dispatching():
        looking = asyncio.create_task(_look_through(instance))
        with listening.bound() as bound:
            tells.send(bound.getsockname()[1])
            await server.serve(sockets=[bound])
        await cancelled(looking)


async def _look_through(instance: Instance) -> None:
    """As a person does: else the quarantine would be full soon, and take nothing more."""
    while True:
        await asyncio.sleep(1)
        discard = partial(discard_quarantine, environment=GLOBAL, because="Looked through.", now=instance.now())
        await instance.write(discard)


def _kill_at(instance: Instance, moment: Moment, nth: int) -> None:
    """Let the process be killed when the `nth` event is taken."""
    take, taken = instance.sources.take, 0

    async def deadly(environment: str, body: Body) -> None:
        nonlocal taken
        taken += 1
        is_last = taken == nth
        if is_last and moment is Moment.BEFORE_COMMIT:
            os.kill(os.getpid(), signal.SIGKILL)
        await take(environment, body)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(instance.sources, "take", deadly)  # noqa: B010 - a type checker would have none of it
