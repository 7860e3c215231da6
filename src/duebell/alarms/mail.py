"""Alarms by e-mail (SMTP)."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from uuid import UUID

from duebell.alarms.channel import NotTold
from duebell.alarms.group import MailSettings, Security
from duebell.alarms.news import News, What
from duebell.alarms.wording import Letter, letter
from duebell.configuration.group import MASK

TIMEOUT = 10.0
"""Seconds that the mail server has for each of its answers."""
_LONGEST_EVIDENCE = 200


class MailChannel:
    """Brings letters to the mail server of the settings. `tls` replaces the authorities that this machine trusts."""

    def __init__(
        self, settings: MailSettings, name: str, now: Callable[[], datetime], *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._settings = settings
        self._name = name
        self._now = now
        self._tls = tls

    async def tell(self, news: News) -> None:
        """Send it to all recipients, as an answer to the first mail about the same alarm."""
        await self.send(letter(news, self._name), news.id, answers=None if news.what is What.STANDS else news.thread)

    async def send(self, letter: Letter, id_: UUID, *, answers: UUID | None = None) -> tuple[str, ...]:
        """Send a letter; `answers` is the id of an earlier one. Return the recipients that the mail server refused, if not all.

        Raises:
            NotTold: nobody gets it.
        """
        message = self._message(letter, id_, answers)
        return await _in_a_thread(lambda: self._bring(message))

    def _message(self, letter: Letter, id_: UUID, answers: UUID | None) -> EmailMessage:
        message = EmailMessage()
        message["From"] = formataddr((self._name, self._settings.sender))
        message["To"] = ", ".join(self._settings.recipients)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(self._now())
        message["Message-ID"] = self._message_id(id_)
        if answers is not None:
            message["In-Reply-To"] = message["References"] = self._message_id(answers)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message

    def _message_id(self, id_: UUID) -> str:
        return f"<{id_}@{self._settings.sender.rpartition('@')[2]}>"

    def _bring(self, message: EmailMessage) -> tuple[str, ...]:
        try:
            with self._connected() as server:
                refused = server.send_message(message, self._settings.sender, self._settings.recipients)
        except (smtplib.SMTPException, OSError) as error:
            raise self._failure(error) from None  # its text may hold what we sent
        return tuple(refused)

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        context = self._tls or ssl.create_default_context()
        if settings.security is Security.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT)
        try:
            if settings.security is Security.STARTTLS:
                server.starttls(context=context)
            if settings.user is not None and settings.password is not None:
                server.login(settings.user, settings.password)
        except BaseException:
            server.close()
            raise
        return server

    def _failure(self, error: smtplib.SMTPException | OSError) -> NotTold:
        server = f"the mail server {self._settings.host}:{self._settings.port}"
        for kind, found, hint in _FAILURES:
            if isinstance(error, kind):
                return NotTold(f"{found.format(server=server)}{self._evidence(error)}.", hint)
        return NotTold(f"No connection is possible with {server}.", "Check SMTP_Host and SMTP_Port, and the network.")

    def _evidence(self, error: BaseException) -> str:
        """What the server said, without the password; whatever else it is about is ours."""
        match error:
            case smtplib.SMTPRecipientsRefused():
                said = "; ".join(f"{address}: {code} {_text(text)}" for address, (code, text) in error.recipients.items())
            case smtplib.SMTPResponseException():
                said = f"{error.smtp_code} {_text(error.smtp_error)}"
            case ssl.SSLCertVerificationError():
                said = error.verify_message.removesuffix(".")
            case _:
                return ""
        if self._settings.password:
            said = said.replace(self._settings.password, MASK)
        return f" ({said[:_LONGEST_EVIDENCE]})"


_FAILURES: tuple[tuple[type[BaseException], str, str], ...] = (
    (
        smtplib.SMTPAuthenticationError,
        "The user or the password isn't accepted by {server}",
        "Correct SMTP_User and SMTP_Password.",
    ),
    (
        smtplib.SMTPSenderRefused,
        "The sender isn't accepted by {server}",
        "Correct Mail_From: the address must be one that it may send for.",
    ),
    (smtplib.SMTPRecipientsRefused, "No recipient is accepted by {server}", "Correct Mail_To; perhaps it wants SMTP_User."),
    (
        smtplib.SMTPNotSupportedError,
        "What is configured isn't offered by {server}: starttls, or to log in",
        "Correct SMTP_Security and SMTP_Port, or leave SMTP_User unset.",
    ),
    (
        smtplib.SMTPServerDisconnected,
        "The connection was cut by {server}",
        "Check SMTP_Port and SMTP_Security: 465 is tls, 587 is starttls.",
    ),
    (smtplib.SMTPResponseException, "The mail isn't accepted by {server}", "Do what it says, or use another mail server."),
    (
        ssl.SSLCertVerificationError,
        "The certificate can't be trusted that is shown by {server}",
        "Let it have a valid certificate for this name; verification can't be switched off.",
    ),
    (
        ssl.SSLError,
        "No encrypted connection is possible with {server}",
        "Check SMTP_Port and SMTP_Security: 465 is tls, 587 is starttls.",
    ),
    (
        socket.gaierror,
        "The name doesn't resolve of {server}",
        "Check the spelling of SMTP_Host, and the name servers of this machine.",
    ),
    (
        TimeoutError,
        "No answer comes from {server}",
        "Check SMTP_Port and SMTP_Security, and that no firewall stands between.",
    ),
    (ConnectionRefusedError, "Nothing accepts connections at {server}", "Check SMTP_Host and SMTP_Port, and that it runs."),
)
"""What an error means and what to do, the first that fits."""


def _text(said: bytes | str) -> str:
    return " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else said).split())


async def _in_a_thread(work: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """Not in the event loop's own threads: those are waited for at the end, and a mail server may be silent for long."""
    future: Future[tuple[str, ...]] = Future()
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(work())
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            future.set_exception(error)

    threading.Thread(target=run, name="duebell-mail", daemon=True).start()
    return await asyncio.wrap_future(future)
