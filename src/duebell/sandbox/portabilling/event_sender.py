"""EventSender: posts events to a webhook as PortaBilling documents it. What is answered with any 4xx is lost."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count
from random import Random

import httpx2

from duebell.sandbox.portabilling.background import in_the_background
from duebell.sandbox.portabilling.change import Change
from duebell.sandbox.portabilling.queue import Queue, Queued
from duebell.sandbox.portabilling.raw_event import PostedEvent, posted_event
from duebell.sandbox.portabilling.sending import Sending
from duebell.sandbox.portabilling.switches import Switches

REMEMBERED = 10_000
"""So many of the events that were taken are remembered; those that were lost all are."""


@dataclass(slots=True)
class Counts:
    """Since the start: events that happened, posts, and what became of events.

    `taken`: answered 200. `lost`: answered 4xx. `again`: posts that have to be repeated. `coalesced`: dropped for a later
    one. `duplicated`: posted twice although once would do.
    """

    happened: int = 0
    posts: int = 0
    taken: int = 0
    lost: int = 0
    again: int = 0
    coalesced: int = 0
    duplicated: int = 0


class EventSender:
    """Posts what `tell` is told of, as `sending` says, while it is `posting()`; `now` is the real clock (aware)."""

    def __init__(  # noqa: PLR0913 - every collaborator is passed in
        self,
        sending: Sending,
        switches: Switches,
        random: Random,
        now: Callable[[], datetime],
        first_number: int = 1,
        i_env: str = "1",
    ) -> None:
        self._sending = sending.checked()
        self._switches = switches
        self._random = random
        self._now = now
        self._numbers = count(first_number)
        self._i_env = i_env
        self._queue = Queue(random)
        self._next_at = 0.0
        self._in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._allowed = asyncio.Event()
        self._landed = asyncio.Event()
        self.counts = Counts()
        self.taken: deque[PostedEvent] = deque(maxlen=REMEMBERED)
        self.lost: list[PostedEvent] = []
        self.coalesced: deque[PostedEvent] = deque(maxlen=REMEMBERED)
        self.send_to(sending)

    # --- events -------------------------------------------------------------------------------------------------------

    def tell(self, change: Change) -> None:
        """Queue the event of a change."""
        on = self._switches.on
        self._add(posted_event(change, str(next(self._numbers)), self._i_env, on, self._random))

    def say(self, kind: str, variables: dict[str, str]) -> PostedEvent:
        """Queue an event of any type, with these variables and a number."""
        i_event = str(next(self._numbers))
        event = PostedEvent(i_event, kind, {"i_event": i_event} | variables, variables.get("i_customer"))
        self._add(event)
        return event

    def waiting(self) -> list[PostedEvent]:
        """The events that wait to be posted."""
        return self._queue.waiting()

    def _add(self, event: PostedEvent) -> None:
        on = self._switches.on
        self.counts.happened += 1
        if on.coalescing:
            dropped = self._queue.coalesce(event)
            self.coalesced.extend(dropped)
            self.counts.coalesced += len(dropped)
        self._idle.clear()
        self._queue.add(event)
        if self._random.random() < on.duplicate_rate:
            self.counts.duplicated += 1
            self._queue.add(event)

    # --- posting ------------------------------------------------------------------------------------------------------

    @property
    def sending(self) -> Sending:
        """Where it posts to."""
        return self._sending

    def send_to(self, sending: Sending) -> None:
        """From now on post there, and so.

        Raises:
            InvalidValue: not on this machine.
        """
        self._sending = sending.checked()
        if sending.url is None:
            self._allowed.clear()
        else:
            self._allowed.set()

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return self._idle.is_set()

    async def idle(self) -> None:
        """Wait until nothing waits and nothing is under way."""
        await self._idle.wait()

    @asynccontextmanager
    async def posting(self) -> AsyncIterator[None]:
        """Post for the length of the block."""
        async with (
            httpx2.AsyncClient(timeout=None, trust_env=False) as http,
            in_the_background(self._post_on(http), "EventSender"),
        ):
            yield

    async def _post_on(self, http: httpx2.AsyncClient) -> None:
        async with asyncio.TaskGroup() as posts:
            while True:
                await self._allowed.wait()
                await self._room()
                await self._turn()
                queued = await self._queue.take(self._switches.on.disorder)
                self._in_flight += 1
                posts.create_task(self._deliver(http, queued))

    async def _room(self) -> None:
        """Wait until another post may be under way."""
        while self._in_flight >= self._sending.at_once:
            self._landed.clear()
            await self._landed.wait()

    async def _turn(self) -> None:
        """Keep to the rate."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._next_at)
        self._next_at = at + 1 / self._sending.rate
        await asyncio.sleep(at - now)

    async def _deliver(self, http: httpx2.AsyncClient, queued: Queued) -> None:
        status = await self._post(http, queued.event)
        self._in_flight -= 1
        self._landed.set()
        self._settle(queued, status)

    async def _post(self, http: httpx2.AsyncClient, event: PostedEvent) -> int | None:
        """The answer's status; None: there was none."""
        sending = self._sending
        body = json.dumps(event.body()).encode()
        headers = {
            "Date": format_datetime(self._now().astimezone(UTC), usegmt=True),
            "Content-Type": "application/json",
            **sending.credentials(body),
        }
        self.counts.posts += 1
        try:
            async with asyncio.timeout(sending.silence):
                answer = await http.post(sending.url or "", content=body, headers=headers)
        except (httpx2.HTTPError, TimeoutError):
            return None
        return answer.status_code

    def _settle(self, queued: Queued, status: int | None) -> None:
        if status == httpx2.codes.OK:
            self.counts.taken += 1
            self.taken.append(queued.event)
        elif status is not None and httpx2.codes.is_client_error(status):
            self.counts.lost += 1
            self.lost.append(queued.event)
        else:
            self.counts.again += 1
            self._queue.add_again(queued, asyncio.get_running_loop().time() + self._sending.pause)
        if not self._in_flight and not self._queue:
            self._idle.set()
