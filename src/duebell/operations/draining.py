"""Drains that pages follow: they go on while nobody looks, until done, cancelled, or this process ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from duebell.errors import DuebellError, NotPossible, Unknown
from duebell.operations.drain import drain
from duebell.storage.switches import reason

if TYPE_CHECKING:
    from duebell.instance import Instance

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Draining:
    """How far a handler's drain is: `done` of `of` provisionings have settled; `failed` says why it ended without pausing it."""

    because: str
    done: int = 0
    of: int = 0
    failed: str | None = None

    def tell(self, done: int, of: int) -> None:
        self.done, self.of = done, of


class Drains:
    """At most one drain a handler, in this process; one that failed stays to be read until the next."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._known: dict[str, Draining] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}

    def of(self, name: str) -> Draining | None:
        """The handler's drain that is under way, or that failed."""
        return self._known.get(name)

    def start(self, who: str, name: str, because: str) -> Draining:
        """Begin to drain a handler.

        Raises:
            InvalidValue: no reason.
            NotPossible: it is being drained.
        """
        if name in self._under_way:
            raise NotPossible(f"{name} is being drained already: cancel that first, or wait for its end.")
        draining = self._known[name] = Draining(because=reason(because))
        self._under_way[name] = asyncio.create_task(self._drain(who, name, draining))
        return draining

    async def cancel(self, name: str) -> None:
        """Let the handler go on as before; what was drained already is settled.

        Raises:
            Unknown: it isn't being drained.
        """
        if name not in self._under_way:
            raise Unknown(f"{name} is not being drained: it has ended, or it was never begun.")
        task = self._under_way[name]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self._known.pop(name, None)

    async def cancel_all(self) -> None:
        """The process ends."""
        for name in list(self._under_way):
            await self.cancel(name)

    async def _drain(self, who: str, name: str, draining: Draining) -> None:
        try:
            await drain(self._instance, who, name, draining.because, draining.tell)
        except DuebellError as error:
            draining.failed = str(error)
        except Exception as bug:  # a person who looks at the handler sees it
            log.exception("internal error", draining=name)
            draining.failed = f"An internal error ({type(bug).__name__}); the log tells more."
        else:
            self._known.pop(name, None)
        finally:
            self._under_way.pop(name, None)
