"""The stand-in's web application: PortaBilling's API, and its own control. Each answer says that it is a stand-in's."""

from __future__ import annotations

from random import Random

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from duebell.errors import DuebellError
from duebell.sandbox.portabilling import billing_routes, control_routes
from duebell.sandbox.portabilling.api_routes import api_routes
from duebell.sandbox.portabilling.books import Books
from duebell.sandbox.portabilling.event_sender import EventSender
from duebell.sandbox.portabilling.methods import Methods
from duebell.sandbox.portabilling.sessions import Sessions
from duebell.sandbox.portabilling.switches import Switches

WHAT_IT_IS = (
    "A stand-in for PortaBilling, built from its public documentation, to test Duebell with. It is no PortaBilling, and proves "
    "nothing about one. Its API is at /rest/<Service>/<method>, its control at /control."
)


def application(  # noqa: PLR0913 - the stand-in's parts
    methods: Methods,
    books: Books,
    sender: EventSender,
    switches: Switches,
    sessions: Sessions,
    random: Random,
    hosts: list[str],
) -> ASGIApp:
    """The application, which may be called by the names `hosts` only: no page from elsewhere gets in by a name of its own."""
    served = FastAPI(title="Stand-in for PortaBilling", description=WHAT_IT_IS, docs_url=None, redoc_url=None)
    served.state.books, served.state.sender = books, sender
    served.state.switches, served.state.sessions = switches, sessions
    served.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    served.include_router(api_routes(methods, switches, random))
    served.include_router(billing_routes.router)
    served.include_router(control_routes.router)
    served.add_api_route("/", _what_it_is)
    served.add_exception_handler(DuebellError, _problem)
    return Labelled(served)


class Labelled:
    """Says in a header of each answer that it is a stand-in's."""

    def __init__(self, served: ASGIApp) -> None:
        self._served = served

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_labelled(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Stand-In"] = "PortaBilling, from its public documentation"
            await send(message)

        await self._served(scope, receive, send_labelled)


async def _what_it_is() -> PlainTextResponse:
    return PlainTextResponse(WHAT_IT_IS + "\n")


async def _problem(_: Request, error: Exception) -> JSONResponse:
    status = error.http_status if isinstance(error, DuebellError) else 500
    return JSONResponse({"detail": str(error)}, status)
