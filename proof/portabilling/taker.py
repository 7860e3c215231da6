"""The whole service in a process of its own: it takes a PortaBilling's customers over, or finishes what is left to do."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from sqlalchemy import Connection as Rows

from duebell.configuration.environment import GLOBAL
from duebell.espf.envelope import Happening
from duebell.instance import Instance
from duebell.operations.taking_over import take_over
from duebell.portabilling.raw import RawEvent
from duebell.settings import Settings
from proof.figures import waiting
from proof.portabilling.recorded import unread
from proof.worker import quiet

_LOOK = 0.05  # seconds between two looks whether anything is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """The service that takes over; it is killed right after it has read the `nth` customer, never if None."""

    settings: Settings
    nth: int | None = None


def take_everybody(order: Takeover, tells: Connection) -> None:
    """Take over whoever was never read, and tell the report (`TakenOver`)."""
    quiet()
    asyncio.run(_take_everybody(order, tells))


def finish(settings: Settings) -> None:
    """Run until every raw event is read and everything owed is settled."""
    quiet()
    asyncio.run(_finish(settings))


async def _take_everybody(order: Takeover, tells: Connection) -> None:
    instance = Instance(order.settings)
    async with instance.dispatching():
        if order.nth is not None:
            await _kill_at(instance, order.nth)
        tells.send(await take_over(instance, GLOBAL, lambda *_: None))
    instance.close()


async def _kill_at(instance: Instance, nth: int) -> None:
    """Let the process be killed when the `nth` customer was read; others are under way then."""
    async with instance.sources.reader(GLOBAL) as reader:  # the one at work
        read, done = reader.read, 0

    async def deadly(i_customer: str, causes: Sequence[RawEvent] = (), *, taking_over: bool = False) -> Sequence[Happening]:
        nonlocal done
        came = await read(i_customer, causes, taking_over=taking_over)
        done += 1
        if done == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return came

    setattr(reader, "read", deadly)  # noqa: B010 - a type checker would have none of it


async def _finish(settings: Settings) -> None:
    instance = Instance(settings)
    async with instance.dispatching():
        while await instance.read(_is_at_work):
            await asyncio.sleep(_LOOK)
    instance.close()


def _is_at_work(rows: Rows) -> bool:
    return bool(unread(rows) or waiting(rows))
