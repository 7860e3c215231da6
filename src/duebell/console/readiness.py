"""Whether requests and events may come: what a load balancer or an orchestrator asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from duebell.errors import DuebellError
from duebell.storage.readiness import is_usable, write_something

if TYPE_CHECKING:
    from duebell.instance import Instance

LASTS = timedelta(seconds=2)
"""So long an answer serves all who ask: anybody may, and each look writes."""
PATIENCE = 5.0
"""Seconds that each part has to show that it works."""
READY = "ok"


class NotReady(DuebellError):
    """A part that every request or event needs doesn't work now."""

    slug = "not-ready"
    http_status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, parts: Mapping[str, str]) -> None:
        self.parts = parts
        super().__init__(" ".join(f"{part}: {what}" for part, what in parts.items() if what != READY))


class Readiness:
    """Looks at the parts of an instance: `storage`, `migrations`, `dispatcher`. Odoo is none of them: what is owed waits for it."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._looked_at: datetime | None = None
        self._parts: Mapping[str, str] = {}
        self._one_at_a_time = asyncio.Lock()

    async def parts(self) -> Mapping[str, str]:
        """Each part, `ok`.

        Raises:
            NotReady: a part isn't; it says which and why.
        """
        async with self._one_at_a_time:
            now = self._instance.now()
            if self._looked_at is None or not timedelta(0) <= now - self._looked_at < LASTS:
                self._parts = await self._look()
                self._looked_at = now
        if set(self._parts.values()) != {READY}:
            raise NotReady(self._parts)
        return self._parts

    async def _look(self) -> Mapping[str, str]:
        looks = {"storage": self._storage, "migrations": self._migrations, "dispatcher": self._dispatcher}
        found = await asyncio.gather(*(_said(look) for look in looks.values()))
        return dict(zip(looks, found, strict=True))

    async def _storage(self) -> str:
        await self._instance.write(write_something)
        return READY

    async def _migrations(self) -> str:
        current = await self._instance.read(is_usable)
        return READY if current else "The database is older than this release: restart the service, which upgrades it."

    async def _dispatcher(self) -> str:
        if not self._instance.is_dispatching:
            return "No events are delivered by this process: run `duebell serve`."
        stuck = await self._instance.standstill()
        return f"It stands still: {', '.join(stuck)}. Restart the service, and report it with the log." if stuck else READY


async def _said(look: Callable[[], Awaitable[str]]) -> str:
    try:
        return await asyncio.wait_for(look(), PATIENCE)
    except TimeoutError:
        return f"It didn't answer within {PATIENCE:.0f} s."
    except DuebellError as error:
        return str(error)
