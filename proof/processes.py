"""Processes that can be killed by the thousand: forked from one that has everything imported."""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

from proof.errors import ProofBroken

PATIENCE = 60.0
"""Seconds in which a process comes to its end, whatever happened to it."""


def started(run: Callable[..., None], *arguments: Any) -> ForkServerProcess:
    """A process that runs this; it ends with ours."""
    process = _forks().Process(target=run, args=arguments, daemon=True)
    process.start()
    return process


def wire() -> tuple[Connection, Connection]:
    """What hears, and what a process is given to speak with."""
    return _forks().Pipe(duplex=False)


def ended(process: ForkServerProcess, patience: float = PATIENCE) -> bool:
    """Wait until it has ended, so many seconds at most; False: it was killed.

    Raises:
        ProofBroken: it failed, or it doesn't end.
    """
    process.join(patience)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise ProofBroken(f"A process did not come to its end within {patience:.0f} s.")
    if process.exitcode not in {0, -signal.SIGKILL}:
        raise ProofBroken(f"A process ended with exit code {process.exitcode}: its traceback is above.")
    return process.exitcode == 0


@cache
def _forks() -> ForkServerContext:
    """Where processes are forked from."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["proof.__main__"])
    return context
