"""A body that is larger than its route takes is refused as everything else is; the framework does it in plain text."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from duebell.console import problems
from duebell.console.pages.failing import shown
from duebell.errors import DuebellError


class BodyTooLarge(DuebellError):
    """The request's body is larger than may be sent there."""

    slug = "body-too-large"
    http_status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooLarge:
    """ASGI: puts our own answer in place of the framework's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = False

        async def sending(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] == BodyTooLarge.http_status:
                refused = True
                problem = problems.answer(
                    BodyTooLarge("The request's body is larger than is taken here: send less at once.")
                )
                await shown(Request(scope), problem)(scope, receive, send)
            elif not refused:
                await send(message)

        await self._app(scope, receive, sending)
