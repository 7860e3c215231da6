"""Waiting for something that other processes bring about."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from duebell.errors import DuebellError

T = TypeVar("T")


def until(found: Callable[[], T | None], what: str, *, seconds: float = 90.0) -> T:
    """What `found` finds, asked every tenth of a second.

    Raises:
        DuebellError: nothing after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if there := found():
            return there
        time.sleep(0.1)  # noqa: TID251 - the one place that waits for other processes
    raise DuebellError(f"Waited {seconds:.0f} s for {what}, in vain.")
