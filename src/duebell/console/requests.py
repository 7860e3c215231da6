"""Each request from its head to the end of its answer: the trace that it belongs to, and what is counted of it."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from duebell.metrics.counted import Counted, Request
from duebell.trace import CURRENT, Trace

BROKEN = 500
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


class Requests:
    """ASGI: goes on with the `traceparent` of who asks, or begins a trace; returns ours in the answer. `route` gives a path's template."""

    def __init__(self, app: ASGIApp, *, counted: Counted, route: Callable[[Scope], str]) -> None:
        self._app = app
        self._counted = counted
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace = _trace(scope)
        CURRENT.set(trace)
        began, status = time.perf_counter(), BROKEN

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"traceparent", str(trace).encode())]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._counted.answered(Request(method, self._route(scope), status), time.perf_counter() - began)


def _trace(scope: Scope) -> Trace:
    given = [value for name, value in scope["headers"] if name == b"traceparent"]
    return Trace.continued(given[0].decode("latin-1")) if len(given) == 1 else Trace.begun()
