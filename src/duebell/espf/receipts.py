"""What became of the messages in the target: asked for while any is open, acknowledged once stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

import structlog

from duebell.espf.handler import EventHandler, ProvisioningError
from duebell.tasks import set_within

log = structlog.get_logger(__name__)

QUICK, SLOW = 2.0, 60.0
"""Seconds between two questions: while messages are open, and otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A message's state in the target. `at` is when it changed; `id` acknowledges it."""

    id: int
    event_id: str
    replay: int
    channel: str
    state: str
    because: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """An answer: receipts not acknowledged yet, and how many messages may still change."""

    receipts: Sequence[Receipt]
    open: int


@runtime_checkable
class Reporting(Protocol):
    """A handler whose target tells what became of messages."""

    async def receipts(self, acknowledged: Sequence[int]) -> Receipts:
        """Receipts since the acknowledged ones.

        Raises:
            ProvisioningError: not now.
        """


class ReceiptsKept(Protocol):
    """Where receipts are kept."""

    async def keep(self, handler: int, receipts: Sequence[Receipt]) -> None:
        """Store them, committed when this returns; the same one twice is one."""


class ReceiptPoll:
    """Asks one handler's target, if it reports at all, until cancelled."""

    def __init__(self, handler_id: int, target: EventHandler, kept: ReceiptsKept) -> None:
        self._handler_id = handler_id
        self._target = target
        self._kept = kept
        self._acknowledged: list[int] = []
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something was provisioned: messages may be open."""
        self._woken.set()

    async def run(self) -> None:
        """Ask, store, acknowledge."""
        if not isinstance(self._target, Reporting):
            return
        while True:
            try:
                more = await self._ask(self._target)
            except ProvisioningError as error:
                log.info("no receipts", handler=self._handler_id, because=error.because)
                more = False
            await self._rest(QUICK if more else SLOW)

    async def _rest(self, seconds: float) -> None:
        """Until then or woken, but never less than `QUICK` seconds."""
        await asyncio.sleep(QUICK)
        await set_within(self._woken, seconds - QUICK)
        self._woken.clear()

    async def _ask(self, target: Reporting) -> bool:
        """Whether it is worth asking again soon."""
        answer = await target.receipts(self._acknowledged)
        await self._kept.keep(self._handler_id, answer.receipts)
        self._acknowledged = [receipt.id for receipt in answer.receipts]
        return bool(answer.receipts or answer.open)
