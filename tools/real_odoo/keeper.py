"""A process that keeps a server running for as long as it is wanted, and leaves nothing of it behind.

The starter of a server may be killed at any moment, so the server is not the starter's child but the keeper's. The keeper
ends it when it is told to (SIGTERM), or when the lock that says "wanted" is held by nobody any more; the kernel frees the
lock of a process that was killed. Should the keeper itself be killed, the kernel sends the server its stop signal.

The server is the leader of a process group of its own; what is left of the group when the leader ends is killed.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from real_odoo import environment
from real_odoo.errors import RealOdooError
from real_odoo.locks import Lock, is_held

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_STARTED = "started"
_LIBC = ctypes.CDLL(None)


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
        [sys.executable, "-m", "real_odoo.keeper"],
        input=json.dumps(asdict(order)),
        env=environment.for_programs(PYTHONPATH=str(Path(__file__).resolve().parents[1])),
        capture_output=True,
        text=True,
        check=False,
    )
    if keeper.returncode:
        raise RealOdooError(f"{Path(order.command[0]).name} could not be started: {keeper.stderr.strip()}")


def running(state: Path) -> Running | None:
    """Who runs according to this state file."""
    if not is_held(state):
        return None
    content = state.read_text(encoding="ascii")
    return Running(**json.loads(content)) if content else None


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
    ended = Lock(state)
    ended.take(shared=True)
    ended.release()


def main() -> int:
    """Start the server; return as soon as it runs, and leave a child behind that keeps it."""
    order = Order(**json.load(sys.stdin))
    answer, tell = os.pipe()
    if os.fork() == 0:
        try:
            _keep(order, tell)
        finally:
            os._exit(0)
    os.close(tell)
    with os.fdopen(answer, encoding="utf-8") as told:
        said = told.read()
    if said == _STARTED:
        return 0
    sys.stderr.write(said or f"its keeper ended; see {order.log}")
    return 1


def _keep(order: Order, tell: int) -> None:
    os.setsid()
    try:
        state, server = _launch(order)
    except (OSError, RealOdooError, subprocess.SubprocessError) as error:
        os.write(tell, str(error).encode())
        return
    os.write(tell, _STARTED.encode())
    os.close(tell)
    _watch(order, server)
    state.write("")
    state.release()


def _launch(order: Order) -> tuple[Lock, subprocess.Popen[bytes]]:
    state = Lock(Path(order.state))
    if not state.try_take():
        raise RealOdooError("it runs already")
    if order.needs:
        Lock(Path(order.needs)).take(shared=True)  # until the keeper ends
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    with Path(order.log).open("ab") as log, Path(os.devnull).open("rb") as nothing:
        # The starter reads our output to its end, so that we must let go of it.
        for stream, file in ((0, nothing), (1, log), (2, log)):
            os.dup2(file.fileno(), stream)
    server = subprocess.Popen(
        order.command,
        env=order.env,
        cwd=order.folder,
        start_new_session=True,
        # The keeper has one thread at this moment; the server must not outlive it.
        preexec_fn=lambda: _LIBC.prctl(_PR_SET_PDEATHSIG, order.stop_signal),  # noqa: PLW1509
        **order.switch,
    )
    state.write(json.dumps({"keeper": os.getpid(), "server": server.pid}))
    return state, server


def _watch(order: Order, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server has ended, by itself or because it is no longer wanted; then end what it left."""
    ended = threading.Event()

    def end(*_: object) -> None:
        os.kill(server.pid, order.stop_signal)
        os.killpg(server.pid, signal.SIGCONT)  # frozen, it could not hear
        threading.Thread(target=_kill_after_grace, args=(order, server.pid, ended), daemon=True).start()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if order.wanted:
        threading.Thread(target=_until_unwanted, args=(Path(order.wanted),), daemon=True).start()
    os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
    # Not reaped yet, the leader keeps its number from being given to others.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ended.set()
    os.killpg(server.pid, signal.SIGKILL)
    _reap(server.pid)


def _kill_after_grace(order: Order, group: int, ended: threading.Event) -> None:
    if not ended.wait(order.grace):
        os.killpg(group, signal.SIGKILL)


def _until_unwanted(wanted: Path) -> None:
    Lock(wanted).take()
    os.kill(os.getpid(), signal.SIGTERM)


def _reap(group: int) -> None:
    """Wait for every process of the group: we adopted those that lost their parents."""
    try:
        while True:
            os.waitpid(-group, 0)
    except ChildProcessError:
        return


if __name__ == "__main__":
    sys.exit(main())
