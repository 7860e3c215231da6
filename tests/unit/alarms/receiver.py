"""Stands in for whoever takes webhooks or watches heartbeats: keeps what came, checks signatures, answers as a test decides."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from duebell.sandbox.loopback import authority, loopback_socket
from duebell.sandbox.serving import serving_web
from duebell.signature import verify

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@dataclass
class Receiver:
    """Signed calls are in `told` as (webhook-id, content), others count as `beats`."""

    now: Callable[[], datetime]
    status: int = 204
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    beats: int = 0
    url: str = ""

    async def take(self, request: Request) -> Response:
        body = await request.body()
        if self.status < 300 and body:
            self.told.append((verify((SECRET,), request.headers, body, self.now()), json.loads(body)))
        elif self.status < 300:
            self.beats += 1
        return Response(status_code=self.status)

    @property
    def types(self) -> list[tuple[str, str]]:
        """(type, cause) of what was told."""
        return [(content["type"], content["data"]["cause"]) for _, content in self.told]


@asynccontextmanager
async def receiving(now: Callable[[], datetime]) -> AsyncIterator[Receiver]:
    receiver = Receiver(now)
    application = Starlette(routes=[Route("/{path:path}", receiver.take, methods=["POST"])])
    with loopback_socket("127.0.0.1", 0) as bound:
        receiver.url = f"http://{authority(bound)}/token-of-the-path"
        async with serving_web(application, bound):
            yield receiver
