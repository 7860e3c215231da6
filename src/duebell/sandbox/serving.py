"""The sandbox as it runs: a web server and an SMTP server on loopback, in the caller's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from types import TracebackType
from typing import Self
from weakref import WeakSet

import httpx2
import uvicorn
from aiosmtpd.smtp import SMTP
from starlette.types import ASGIApp

from duebell.sandbox.application import sandbox_application
from duebell.sandbox.behaviour import Behaviour
from duebell.sandbox.delivery_reports import DeliveryReports, Pace
from duebell.sandbox.loopback import authority, loopback_socket
from duebell.sandbox.mailbox import Mailbox, MailboxDoor
from duebell.sandbox.page import Pages
from duebell.sandbox.phone import Phone

ODOO_TIMEOUT = 15.0  # seconds
SHUTDOWN_GRACE = 1  # seconds for calls that are being answered, such as one whose answer is held back


class Sandbox:
    """The mobile network and the mail world on one machine.

    `async with Sandbox(now=…) as sandbox:` serves until the end of the block. Point Odoo's `sms.endpoint` at
    `phone_url` and its outgoing mail at `smtp_host` and `smtp_port`; read `phone` and `mailbox`. Raises InvalidValue
    for a host beyond loopback and NotPossible for a port that can't be had.
    """

    def __init__(  # noqa: PLR0913  given by name, and all but one seldom
        self,
        *,
        now: Callable[[], datetime],
        host: str = "127.0.0.1",
        port: int = 0,
        smtp_port: int = 0,
        sender: str = "Your provider",
        behaviour: Behaviour | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Serve on `host`, by default on free ports, stamping by the aware UTC clock `now`."""
        self.phone = Phone(now, behaviour or Behaviour())
        self.mailbox = Mailbox(now)
        self._host = host
        self._port = port
        self._smtp_port = smtp_port
        self._sender = sender
        self._pace = pace or Pace()
        self._running = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open both ports and serve; return when both answer."""
        async with contextlib.AsyncExitStack() as starting:
            web = starting.enter_context(loopback_socket(self._host, self._port))
            smtp = starting.enter_context(loopback_socket(self._host, self._smtp_port))
            self.phone_url = f"http://{authority(web)}"
            self.mail_url = f"{self.phone_url}/mail"
            self.smtp_host, self.smtp_port = smtp.getsockname()[:2]
            http = await starting.enter_async_context(httpx2.AsyncClient(timeout=ODOO_TIMEOUT, trust_env=False))
            reports = DeliveryReports(self.phone, http, self._pace)
            starting.push_async_callback(reports.close)
            pages = Pages(self.phone, self.mailbox, sender=self._sender, smtp=authority(smtp))
            hosts = ["localhost", "127.0.0.1", "::1", "[::1]", web.getsockname()[0]]
            application = sandbox_application(self.phone, self.mailbox, reports, pages, hosts)
            await starting.enter_async_context(serving_web(application, web))
            await starting.enter_async_context(serving_smtp(self.mailbox, smtp))
            self._running = starting.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        """Stop serving; delivery reports still owed are dropped."""
        return await self._running.__aexit__(kind, error, traceback)


@contextlib.asynccontextmanager
async def serving_web(application: ASGIApp, bound: socket.socket) -> AsyncIterator[None]:
    """Serve `application` on `bound` for the length of the block."""
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=SHUTDOWN_GRACE,
    )
    server = WebServer(config)
    serving = asyncio.create_task(server.serve([bound]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


class WebServer(uvicorn.Server):
    """A uvicorn that leaves the signals to the process that runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@contextlib.asynccontextmanager
async def serving_smtp(mailbox: Mailbox, bound: socket.socket) -> AsyncIterator[None]:
    """Let mail into `mailbox` on `bound` for the length of the block; then hang up on whoever is still talking."""
    conversations: WeakSet[SMTP] = WeakSet()

    def conversation() -> SMTP:
        talk = SMTP(MailboxDoor(mailbox), hostname="sandbox", enable_SMTPUTF8=True)
        conversations.add(talk)
        return talk

    server = await asyncio.get_running_loop().create_server(conversation, sock=bound)
    try:
        yield
    finally:
        server.close()
        for talk in conversations:
            if talk.transport is not None:
                talk.transport.close()
