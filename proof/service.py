"""The whole service in a process of its own, for outages around it: it must never be ended to recover."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import structlog

from duebell.configuration.server import GLOBAL
from duebell.errors import StorageError
from duebell.instance import Instance
from duebell.settings import Settings
from proof.facts import happening
from proof.figures import waiting

GROUP = "OdooCRM"
LOG = "service.log"
TIMEOUT = 10
"""Seconds that it waits for an answer of the target's: the least that can be configured."""
AT_ONCE = 3
"""So many facts billing tells in a call."""
_PAUSE = 0.02  # seconds between two calls of billing
_LOOK = 0.05  # seconds between two looks whether it is enough
_REPEAT = 0.2  # seconds after which billing tells again what was refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What a service is to do.

    Attributes:
        settings: its own.
        folder: of the files by which it is spoken to: `acknowledged` and `refused`, to which it adds numbers of facts and
            sentences; `enough`, after which it records nothing more and ends when everything is settled; its log.
        records: whether billing tells this one; others only deliver.
    """

    settings: Settings
    folder: Path
    records: bool = True

    @property
    def acknowledged(self) -> Path:
        return self.folder / "acknowledged"

    @property
    def refused(self) -> Path:
        return self.folder / "refused"

    @property
    def enough(self) -> Path:
        return self.folder / "enough"


def configure(settings: Settings, options: Mapping[str, str]) -> None:
    """Put the OdooCRM handler's options in force, as an operator does once."""

    async def type_and_apply() -> None:
        instance = Instance(settings)
        typed = {**options, "Request_Timeout": str(TIMEOUT)}
        await instance.configuration(lambda server: server.type(GLOBAL, GROUP, typed))
        await instance.apply(GLOBAL, GROUP, typed)
        instance.close()

    asyncio.run(type_and_apply())


def serve(errand: Errand) -> None:
    """Run the service until it has had enough and everything is settled."""
    with (errand.folder / LOG).open("a", encoding="utf-8") as log:
        structlog.configure(
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            processors=[
                structlog.processors.TimeStamper(),
                structlog.processors.add_log_level,
                structlog.processors.format_exc_info,
                structlog.processors.LogfmtRenderer(),
            ],
            logger_factory=structlog.WriteLoggerFactory(log),
        )
        asyncio.run(_serve(errand))


async def _serve(errand: Errand) -> None:
    instance = Instance(errand.settings)
    async with instance.dispatching():
        if errand.records:
            await _record(instance, errand)
        while not errand.enough.exists() or await _is_waiting(instance):
            await asyncio.sleep(_LOOK)
    instance.close()


async def _record(instance: Instance, errand: Errand) -> None:
    """Record one fact after the other, as a source does that repeats what wasn't acknowledged."""
    with errand.acknowledged.open("ab", buffering=0) as acknowledged:
        for start in count(0, AT_ONCE):
            if errand.enough.exists():
                return
            numbers = range(start, start + AT_ONCE)
            while not await _is_recorded(instance, errand, numbers):
                await asyncio.sleep(_REPEAT)
            acknowledged.write("".join(f"{number}\n" for number in numbers).encode())
            await asyncio.sleep(_PAUSE)


async def _is_recorded(instance: Instance, errand: Errand, numbers: Sequence[int]) -> bool:
    try:
        await instance.record([happening(number) for number in numbers])
    except StorageError as error:
        with errand.refused.open("a", encoding="utf-8") as refused:
            refused.write(f"{error}\n")
        return False
    return True


async def _is_waiting(instance: Instance) -> bool:
    with contextlib.suppress(StorageError):  # it is asked again
        return bool(await instance.read(waiting))
    return True
