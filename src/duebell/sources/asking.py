"""Sources asked whether what has waited still holds: their customers are read again before anybody is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, Protocol

import structlog

from duebell.errors import DuebellError, StorageError
from duebell.espf.handler import Owed
from duebell.espf.still_true import doubtful
from duebell.storage.judging import judged_anew
from duebell.storage.store import Store

log = structlog.get_logger(__name__)

AT_MOST = 10.0
"""Seconds that a call waits for the answers."""
SILENCE = timedelta(minutes=1)
"""So long a source is asked nothing that answered nothing: every call would wait for it."""


class Place(NamedTuple):
    """A source by environment and by what its events name."""

    environment: str
    source: str


class Readable(Protocol):
    """A source whose customers can be read."""

    async def read(self, i_customer: str) -> object:
        """Read a customer as he stands now, and record what that means.

        Raises:
            DuebellError: not now.
        """


class SourcesAsked:
    """`espf.still_true.StillTrue` over a store. `readable` gives the sources that can be read now; a call waits `at_most` seconds."""

    def __init__(
        self,
        store: Store,
        readable: Callable[[], Mapping[Place, Readable]],
        now: Callable[[], datetime],
        *,
        at_most: float = AT_MOST,
    ) -> None:
        self._store = store
        self._readable = readable
        self._now = now
        self._at_most = at_most
        self._silent_until: dict[Place, datetime] = {}

    async def __call__(self, batch: Sequence[Owed]) -> Sequence[Owed]:
        sources = self._askable()
        waited = doubtful(batch, self._now()) if sources else []
        customers: dict[Place, set[str]] = {}
        for place, customer in map(_whose, waited):
            if place in sources:
                customers.setdefault(place, set()).add(customer)
        if not customers:
            return batch
        await asyncio.gather(*(self._ask(place, sources[place], whom) for place, whom in customers.items()))
        return await asyncio.to_thread(self._store.read, partial(judged_anew, batch=batch))

    def _askable(self) -> Mapping[Place, Readable]:
        now = self._now()
        return {place: one for place, one in self._readable().items() if self._silent_until.get(place, now) <= now}

    async def _ask(self, place: Place, source: Readable, customers: set[str]) -> None:
        """Read them all at once, as far as they can be read in time."""
        questions = [asyncio.create_task(_answered(source, customer)) for customer in sorted(customers)]
        try:
            done, _ = await asyncio.wait(questions, timeout=self._at_most)
        finally:
            for question in questions:
                question.cancel()
            await asyncio.gather(*questions, return_exceptions=True)
        because = [question.result() for question in done]
        if None not in because:
            self._silent_until[place] = self._now() + SILENCE
            log.warning(
                "source does not answer",
                environment=place.environment,
                source=place.source,
                because=next(iter(because), f"No answer within {self._at_most:.0f} seconds."),
            )


async def _answered(source: Readable, customer: str) -> str | None:
    """None, or why he could not be read."""
    try:
        await source.read(customer)
    except StorageError:
        raise
    except DuebellError as error:
        return str(error)
    return None


def _whose(owed: Owed) -> tuple[Place, str]:
    event = json.loads(owed.cloud_event)
    _, _, environment, source = event["source"].split("/")
    return Place(environment, source), event["subject"]
