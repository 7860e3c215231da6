"""What anybody on the network may ask of us at most: no body too slow, and no name that isn't ours. How large one may be, routes say."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from duebell.console import problems
from duebell.errors import DuebellError

MOST_BYTES = 1_000_000
"""Bytes of a request's body, where its route doesn't allow more."""
SLOWEST = 30.0
"""Seconds that a request's body may take."""
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?")


class UnknownHost(DuebellError):
    """The request was sent to a name that isn't one of ours."""

    slug = "unknown-host"
    http_status = HTTPStatus.MISDIRECTED_REQUEST


class AmbiguousLength(DuebellError):
    """Two headers say where the request's body ends: whoever stands before us may go by the other one."""

    slug = "ambiguous-length"
    http_status = HTTPStatus.BAD_REQUEST


class Limits:
    """ASGI: refuses what is beyond the limits before anything of ours sees it. `names`: what we are called, in lower case."""

    def __init__(self, app: ASGIApp, *, names: Collection[str], slowest: float = SLOWEST) -> None:
        self._app = app
        self._names = names
        self._slowest = slowest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(Headers(scope=scope)) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, _Body(receive, self._slowest).receive, send)
            return
        answer = problems.answer(refusal)
        if isinstance(refusal, AmbiguousLength):
            answer.headers["Connection"] = "close"  # what comes next may be the rest of it
        await answer(scope, receive, send)

    def _refusal(self, headers: Headers) -> DuebellError | None:
        if not self._is_ours(headers.getlist("host")):
            return UnknownHost("Duebell isn't known by this name: add it to DUEBELL_HOSTS, then start `duebell serve` anew.")
        if "transfer-encoding" in headers and "content-length" in headers:
            return AmbiguousLength("Send either Content-Length or Transfer-Encoding, not both.")
        return None

    def _is_ours(self, hosts: list[str]) -> bool:
        found = _HOST.fullmatch(hosts[0].lower()) if len(hosts) == 1 else None
        return found is not None and (found[1] or found[2]) in self._names


class _Body:
    """A request's body as it comes, timed until it is whole."""

    def __init__(self, receive: Receive, slowest: float) -> None:
        self._receive = receive
        self._slowest = slowest
        self._until = asyncio.get_running_loop().time() + slowest
        self._whole = False

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            slow = f"its body took more than {self._slowest:.0f} s"
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, slow, {"Connection": "close"}) from None
        self._whole = not message.get("more_body", False)
        return message
