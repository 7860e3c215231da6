"""Processes that can be killed by the thousand: forked from one that has everything imported."""

from __future__ import annotations

import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

from proof.errors import ProofBroken

PATIENCE = 60.0
"""Seconds in which a process comes to its end, whatever happened to it."""
_context = get_context("forkserver")
_context.set_forkserver_preload(["proof.worker"])


def started(run: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    """A process that runs this; it ends with ours."""
    process = _context.Process(target=run, args=arguments, daemon=True)
    process.start()
    return process


def wire() -> tuple[Connection, Connection]:
    """What hears, and what a process is given to speak with."""
    return _context.Pipe(duplex=False)


def ended(process: ForkServerProcess) -> bool:
    """Wait until it has ended; False: it was killed.

    Raises:
        ProofBroken: it failed, or it doesn't end.
    """
    process.join(PATIENCE)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise ProofBroken(f"A process did not come to its end within {PATIENCE:.0f} s.")
    if process.exitcode not in {0, -signal.SIGKILL}:
        raise ProofBroken(f"A process ended with exit code {process.exitcode}: its traceback is above.")
    return process.exitcode == 0
