"""The Unix socket in the data folder by which commands reach a running `serve`; only its user may use it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from duebell.errors import InvalidValue
from duebell.storage.lock import lock_file

LONGEST_PATH = 107
"""Bytes that a Unix socket's path may have."""


def answers(path: Path) -> bool:
    """Whether somebody listens."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


@contextmanager
def listening(path: Path) -> Iterator[socket.socket]:
    """The socket, bound, for the length of the block. A dead one's leftover is replaced.

    Raises:
        InvalidValue: the path is too long.
        InUse: another process listens there.
    """
    if len(os.fsencode(path)) > LONGEST_PATH:
        raise InvalidValue(f"{path} is too long a path for a socket: choose a shorter folder with --data.")
    with lock_file(path), socket.socket(socket.AF_UNIX) as bound:
        path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            bound.bind(str(path))
        finally:
            os.umask(before)
        try:
            yield bound
        finally:
            path.unlink(missing_ok=True)
