"""Locks between processes. The kernel frees one when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class Lock:
    """A lock on a file, held from take() to release()."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self, *, shared: bool = False) -> None:
        """Wait until it is ours, unless it is; a shared one may be held by many, and not together with an exclusive one."""
        if self._descriptor is not None:
            return
        self._open()
        fcntl.flock(self._file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)

    def try_take(self) -> bool:
        """Take it, exclusively, if nobody holds it."""
        self._open()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        return True

    def write(self, content: str) -> None:
        """Replace the file's content."""
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, content.encode("ascii"), 0)

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @property
    def _file(self) -> int:
        assert self._descriptor is not None  # noqa: S101 - what was opened above
        return self._descriptor

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def exclusive(path: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """One process at a time, and one thread of it; waiting is called when another must be waited for."""
    lock = Lock(path)
    if not lock.try_take():
        if waiting:
            waiting()
        lock.take()
    try:
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Whether a living process holds the lock exclusively. Asking disturbs nobody who asks the same."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
