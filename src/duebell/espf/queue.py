"""What the dispatcher needs of storage: the port."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from duebell.espf.handler import Owed
from duebell.espf.provisioning import Settlement


class HandlerState(StrEnum):
    """A handler's own state, apart from that of the events it is owed."""

    UP = "up"
    DOWN = "down"
    """The target doesn't answer; probed until it does."""
    REFUSED = "refused"
    """The target refuses us (key, addon, contract): a person has to mend it; probed too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerRow:
    """An event handler as configured."""

    id: int
    name: str
    type: str
    environment: str
    enabled: bool
    state: HandlerState
    because: str | None
    since: datetime
    paused_at: datetime | None = None
    paused_because: str | None = None

    @property
    def is_taking(self) -> bool:
        """Whether events may leave for it now."""
        return self.enabled and self.paused_at is None and self.state is HandlerState.UP


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What there is for a handler now: its row, a batch to send, or, if there is none, when the earliest head is due."""

    row: HandlerRow
    batch: Sequence[Owed] = ()
    next_due: datetime | None = None


class Queue(Protocol):
    """What is owed, by handler. Every method commits before it returns."""

    async def handler(self, handler: int) -> HandlerRow:
        """The row as it is now."""

    async def look(self, handler: int, *, limit: int, lines: int, without: Collection[int], now: datetime) -> Look:
        """Up to `limit` provisionings that may leave now, of at most so many lines: heads and those right behind, each line in order.

        The most urgent heads are in it. Streams in `without` are left out: a call for them is in flight. None if it takes nothing now.
        """

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Write attempts and states of one call, and let the lines move up. All or nothing."""

    async def set_state(self, handler: int, state: HandlerState, because: str | None, now: datetime) -> None:
        """Change the handler's own state."""

    async def disable(self, handler: int, because: str, now: datetime) -> None:
        """The target is gone for good: a person has to enable the handler again."""
