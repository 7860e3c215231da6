"""One process has a file: it holds a lock beside it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from duebell.errors import InUse, StorageError


def lock_file(path: Path) -> IO[str]:
    """Take the lock file beside `path`, which ends with the process, however that ends.

    Raises:
        InUse: another process has it.
        StorageError: the folder can't be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(path.name + ".lock").open("a+", encoding="ascii")
    except OSError as error:
        raise StorageError(
            f"{path.parent} can't be used for the data: {error.strerror}. Choose another folder with --data."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        owner = lock.read().strip() or "unknown"
        lock.close()
        raise InUse(
            f"{path} is in use by another Duebell (process {owner}). End that one first, or choose another folder with --data."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
