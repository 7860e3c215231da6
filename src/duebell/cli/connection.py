"""How a command reaches Duebell: through the socket of a running `serve`, or over the data folder itself when none runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from duebell.console.client import Client
from duebell.console.control_socket import answers
from duebell.errors import InUse
from duebell.settings import Settings

PATIENCE = 300.0
"""Seconds that a command waits for an answer: a Verify of a silent host takes its time."""
WAIT_FOR_FOLDER = 10.0
"""Seconds that a command waits while another one has the data folder, or while a `serve` is starting or ending there."""


@contextmanager
def connection(context: typer.Context) -> Iterator[Client]:
    """A client of this command's data folder, for the length of the block."""
    with _reached(settings_of(context)) as socket, Client(socket, patience=PATIENCE) as client:
        yield client


def settings_of(context: typer.Context) -> Settings:
    found = context.find_object(Settings)
    assert found is not None  # noqa: S101 - the command line's callback sets it
    return found


@contextmanager
def _reached(settings: Settings) -> Iterator[Path]:
    """The socket of the running `serve`, or else of a server of our own for the length of the block.

    Raises:
        InUse: another process has the data folder for long, and doesn't answer.
    """
    until = time.monotonic() + WAIT_FOR_FOLDER
    while not answers(settings.socket):
        from duebell.cli.own_server import OwnServer  # noqa: PLC0415 - takes its time, and only who is alone needs it

        try:
            own = OwnServer(settings)
        except InUse:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)  # noqa: TID251 - for another process
            continue
        with own:
            yield own.socket
        return
    yield settings.socket
