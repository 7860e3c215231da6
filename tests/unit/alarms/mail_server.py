"""A mail server as providers have it: it may ask for encryption and a password, and keeps what it took."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from duebell.sandbox.mailbox import Mailbox, MailboxDoor

USER, PASSWORD = "duebell", "correct horse battery"


@dataclass
class MailServer:
    mailbox: Mailbox
    port: int


@asynccontextmanager
async def mail_server(
    now: Callable[[], datetime], tls: ssl.SSLContext | None = None, *, starttls: bool = True
) -> AsyncIterator[MailServer]:
    """Serve on loopback; with `tls` by STARTTLS or from the first byte."""
    mailbox = Mailbox(now)
    talks: list[SMTP] = []

    def conversation() -> SMTP:
        talk = SMTP(
            MailboxDoor(mailbox),
            hostname="mail.example.com",
            tls_context=tls if starttls else None,
            authenticator=_check,
            auth_require_tls=False,
        )
        talks.append(talk)
        return talk

    loop = asyncio.get_running_loop()
    server = await loop.create_server(conversation, "127.0.0.1", 0, ssl=None if starttls else tls)
    try:
        yield MailServer(mailbox, server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for talk in talks:
            if talk.transport is not None:
                talk.transport.close()


def _check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: LoginPassword) -> AuthResult:
    return AuthResult(handled=False, success=(login.login, login.password) == (USER.encode(), PASSWORD.encode()))
