"""What a keeper does: `python -m real_odoo.keeping` with an order on standard input. See keeper.py for why."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from real_odoo.errors import RealOdooError
from real_odoo.keeper import Order
from real_odoo.locks import Lock

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_STARTED = "started"
_LIBC = ctypes.CDLL(None)


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
