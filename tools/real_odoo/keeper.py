"""A process that keeps a server running for as long as it is wanted, and leaves nothing of it behind.

The starter of a server may be killed at any moment, so the server is not the starter's child but the keeper's. The keeper
ends it when it is told to (SIGTERM), or when the lock that says "wanted" is held by nobody any more; the kernel frees the
lock of a process that was killed. Should the keeper itself be killed, the kernel sends the server its stop signal.

The server is the leader of a process group of its own; what is left of the group when the leader ends is killed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from real_odoo import environment
from real_odoo.errors import RealOdooError
from real_odoo.locks import Lock, is_held


@dataclass(frozen=True)
class Order:
    """What to keep running.

    Attributes:
        command: the server's program and arguments.
        env: the server's environment.
        folder: the server's working folder.
        log: the file that its output is added to.
        state: the file that says who runs; locked while it is true.
        stop_signal: asks the server to end.
        grace: seconds between asking and killing.
        switch: the user to run it as, as subprocess takes it.
        wanted: a lock file; when nobody holds it the server is ended. None: only when told.
        needs: a lock file that is held, shared, while the server runs.
    """

    command: tuple[str, ...]
    env: dict[str, str]
    folder: str
    log: str
    state: str
    stop_signal: int
    grace: float
    switch: dict[str, Any]
    wanted: str | None = None
    needs: str | None = None


@dataclass(frozen=True)
class Running:
    """A keeper and its server, by process id. The server's is its process group's too."""

    keeper: int
    server: int


def start(order: Order) -> None:
    """Start a keeper, and through it the server.

    Raises:
        RealOdooError: the program could not be started at all, or this one runs already.
    """
    keeper = subprocess.run(
        [sys.executable, "-m", "real_odoo.keeping"],
        input=as_json(order),
        env=environment.for_programs(PYTHONPATH=str(Path(__file__).resolve().parents[1])),
        capture_output=True,
        text=True,
        check=False,
    )
    if keeper.returncode:
        raise RealOdooError(f"{Path(order.command[0]).name} could not be started: {keeper.stderr.strip()}")


def as_json(order: Order) -> str:
    """An order as a keeper reads it."""
    return json.dumps(asdict(order))


def running(state: Path) -> Running | None:
    """Who runs according to this state file."""
    if not is_held(state):
        return None
    content = state.read_text(encoding="ascii")
    return Running(**json.loads(content)) if content else None


def wait_for_the_end(state: Path) -> None:
    """Wait until the server, and whatever it started, has ended."""
    ended = Lock(state)
    ended.take(shared=True)
    ended.release()


def stop(state: Path) -> None:
    """Ask the server to end and wait until it, and whatever it started, has ended."""
    _end(state, lambda found: os.kill(found.keeper, signal.SIGTERM))


def kill(state: Path) -> None:
    """Kill the server and whatever it started, as a power failure would."""
    _end(state, lambda found: os.killpg(found.server, signal.SIGKILL))


def send(state: Path, number: signal.Signals) -> None:
    """Send a signal to the server and whatever it started; nothing if it doesn't run."""
    found = running(state)
    if found:
        os.killpg(found.server, number)


@contextmanager
def frozen(state: Path) -> Iterator[None]:
    """The server and whatever it started do nothing for the length of the block, without knowing."""
    found = running(state)
    if found is None:
        raise RealOdooError("What doesn't run can't be frozen: start it first.")
    os.killpg(found.server, signal.SIGSTOP)
    try:
        yield
    finally:
        if running(state) == found:
            os.killpg(found.server, signal.SIGCONT)


def _end(state: Path, strike: Callable[[Running], None]) -> None:
    found = running(state)
    if found is None:
        return
    with suppress(ProcessLookupError):  # it may end between the two lines
        strike(found)
    wait_for_the_end(state)
