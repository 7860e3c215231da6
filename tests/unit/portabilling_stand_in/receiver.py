"""Who gets the events: a server on loopback that keeps what is posted to it and answers as a test decides."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from duebell.sandbox.loopback import authority, loopback_socket
from duebell.sandbox.portabilling.sending import Sending
from duebell.sandbox.serving import serving_web

SILENCE = 0
"""Instead of a status: no answer."""


@dataclass
class Receiver:
    """`answer` gives the status for the so-manieth post, counted from 1."""

    url: str = ""
    answer: Callable[[int], int] = lambda _: 200
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def types(self) -> list[str]:
        return [body["event_type"] for body in self.bodies]

    @property
    def numbers(self) -> list[int]:
        return [int(body["variables"]["i_event"]) for body in self.bodies]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The variables of the events of a type."""
        return [body["variables"] for body in self.bodies if body["event_type"] == kind]

    def sending(self, **other: Any) -> Sending:
        """Post here, quickly."""
        return Sending(url=self.url, **{"rate": 10_000, "pause": 0.01, **other})

    async def take(self, request: Request) -> Response:
        self.headers.append(dict(request.headers))
        self.bodies.append(json.loads(await request.body()))
        status = self.answer(len(self.bodies))
        while status == SILENCE and not await request.is_disconnected():
            await asyncio.sleep(0.01)
        return Response(status_code=status or 200)


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    with loopback_socket("127.0.0.1", 0) as bound:
        receiver = Receiver(f"http://{authority(bound)}/events")
        async with serving_web(Starlette(routes=[Route("/events", receiver.take, methods=["POST"])]), bound):
            yield receiver


def repeated(numbers: list[int]) -> set[int]:
    """The numbers that are there more than once."""
    return {number for number, times in Counter(numbers).items() if times > 1}
