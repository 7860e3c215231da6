"""Which target each handler may tell customers through: agreed on once, and again after anything was copied or moved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from duebell.errors import DuebellError, NotConfigured
from duebell.espf.agreement import Pairing, Terms, Whom
from duebell.espf.handler import ProvisioningError
from duebell.espf.queue import HandlerRow
from duebell.espf.target import TargetOf
from duebell.storage.announce import announce
from duebell.storage.audit import note
from duebell.storage.handlers import all_handlers, named
from duebell.storage.pairing import keep_pair, keep_sender, sender_at, source_of_books, terms
from duebell.storage.store import Store

log = structlog.get_logger(__name__)
T = TypeVar("T")


class NotPairedYet(DuebellError):
    """The target can't be asked now, or refuses to be paired."""

    slug = "not-paired"
    http_status = 502


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A handler's terms, and the handler as it stands: refused, and because of what, where its target isn't told on them."""

    terms: Terms
    row: HandlerRow


class Pairings:
    """Over one store that lives at `place`; `changed` lets everything work with what was agreed on."""

    def __init__(
        self,
        store: Store,
        target: TargetOf,
        place: str,
        now: Callable[[], datetime],
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._store = store
        self._target = target
        self._place = place
        self._now = now
        self._changed = changed

    def terms(self, connection: Connection, row: HandlerRow) -> Terms:
        """On what terms the handler's target is told events from here."""
        return terms(connection, row, self._place)

    def source_of_books(self, connection: Connection) -> str:
        """The source of embedded billing's events from here."""
        return source_of_books(connection, self._place)

    async def agreement(self, name: str) -> Agreement:
        """How it stands.

        Raises:
            Unknown: there is no such handler.
        """
        row = await self._read(partial(named, name=name))
        return Agreement(terms=await self._read(partial(self.terms, row=row)), row=row)

    async def pair(self, name: str, who: str) -> Agreement:
        """Let the handler tell customers through the target that is configured now, and the target take nobody else's events.

        Raises:
            Unknown: there is no such handler.
            NotConfigured: nothing is in force for it.
            NotPairedYet: the target can't be asked, or refuses.
        """
        row = await self._read(partial(named, name=name))
        sender = await self._read(partial(sender_at, place=self._place))
        try:
            async with self._target(row) as target:
                whom = await target.pair(sender) if isinstance(target, Pairing) else None
        except ProvisioningError as error:
            raise NotPairedYet(f"{name} is not paired: {error}") from error
        await self._write(partial(self._keep, row=row, whom=whom, who=who))
        await self._changed()
        return await self.agreement(name)

    async def pair_new(self, who: str) -> None:
        """Agree with those targets that nothing was agreed on with, unless they are another Duebell's."""
        for row in await self._read(all_handlers):
            agreed = await self._read(partial(self.terms, row=row))
            if agreed.pair is None and not agreed.copied and await self._is_free(row, agreed):
                try:
                    await self.pair(row.name, who)
                except DuebellError as error:
                    log.warning("not paired", handler=row.name, because=str(error))

    async def _is_free(self, row: HandlerRow, agreed: Terms) -> bool:
        """Whether a target can be paired that answers to our terms."""
        try:
            async with self._target(row) as target:
                if not isinstance(target, Pairing):
                    return False
                await target.probe()
        except (ProvisioningError, NotConfigured) as error:
            log.info("not paired", handler=row.name, because=str(error), sender=agreed.sender)
            return False
        return True

    def _keep(self, connection: Connection, *, row: HandlerRow, whom: Whom | None, who: str) -> None:
        keep_sender(connection, self._place)
        if whom is not None:
            keep_pair(connection, row.id, whom, who, self._now())
        detail = f"with {whom.address}" if whom else None
        note(connection, at=self._now(), who=who, action="paired a handler with its target", subject=row.name, detail=detail)
        announce(connection, "handlers")

    async def _read(self, query: Callable[[Connection], T]) -> T:
        return await asyncio.to_thread(self._store.read, query)

    async def _write(self, unit: Callable[[Connection], T]) -> T:
        return await asyncio.wrap_future(self._store.write(unit))
