"""The mailbox of all customers: what Odoo's outgoing mail brought by SMTP, for whichever address. Kept in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count

from aiosmtpd.smtp import SMTP, Envelope, Session
from pydantic import AwareDatetime, BaseModel, Field

OK = "250 OK"
TAKEN = "250 Message accepted for delivery"
REFUSED = "550 5.1.1 This mailbox does not exist"


class Mail(BaseModel, frozen=True):
    """One e-mail as it arrived.

    `sender` (`from` in JSON) is the From header, `to` the addresses that SMTP brought it to, hidden copies included.
    `text` and `html` are the bodies, each empty where there is none.
    """

    id: int
    received_at: AwareDatetime
    sender: str = Field(serialization_alias="from")
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]


class Mailbox:
    """All mail that arrived and the addresses that refuse theirs; `revision` grows with each change."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Stamp what comes in by `now`, aware and UTC."""
        self._now = now
        self._ids = count(1)
        self._mails: dict[int, Mail] = {}
        self._refusing: set[str] = set()
        self.revision = 0

    def receive(self, to: tuple[str, ...], content: bytes) -> Mail:
        """Keep a message of RFC 5322 form, `content`, brought to the addresses `to`."""
        message = message_from_bytes(content, policy=policy.default)
        mail = Mail(
            id=next(self._ids),
            received_at=self._now(),
            sender=_header(message, "From"),
            to=to,
            subject=_header(message, "Subject"),
            text=_body(message, "plain"),
            html=_body(message, "html"),
            headers=tuple((name, str(value)) for name, value in message.items()),
        )
        self._mails[mail.id] = mail
        self.revision += 1
        return mail

    def mails(self, to: str | None = None, since: datetime | None = None) -> list[Mail]:
        """Return what arrived, oldest first; for the address `to` only, received at or after `since` only."""
        return [
            mail
            for mail in self._mails.values()
            if (to is None or _same(to) in map(_same, mail.to)) and (since is None or mail.received_at >= since)
        ]

    def count(self) -> int:
        """Return how many arrived."""
        return len(self._mails)

    def mail(self, mail_id: int) -> Mail | None:
        """Return the mail with this id, None where there is none."""
        return self._mails.get(mail_id)

    def clear(self) -> None:
        """Forget all mail; the addresses that refuse stay."""
        self._mails.clear()
        self.revision += 1

    def refuse(self, address: str, *, refused: bool = True) -> None:
        """From now on refuse mail to `address` (550), or take it again."""
        if refused:
            self._refusing.add(_same(address))
        else:
            self._refusing.discard(_same(address))

    def refuses(self, address: str) -> bool:
        """Whether mail to `address` is refused."""
        return _same(address) in self._refusing


class MailboxDoor:
    """What the SMTP server asks at each step of a delivery; the names are aiosmtpd's."""

    def __init__(self, mailbox: Mailbox) -> None:
        """Let mail into `mailbox`."""
        self._mailbox = mailbox

    async def handle_RCPT(  # noqa: N802  name and parameters are aiosmtpd's
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        """Take or refuse one address of a delivery."""
        if self._mailbox.refuses(address):
            return REFUSED
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return OK

    async def handle_DATA(  # noqa: N802  name and parameters are aiosmtpd's
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        """Keep what was brought."""
        content = envelope.content or b""
        self._mailbox.receive(tuple(envelope.rcpt_tos), content.encode() if isinstance(content, str) else content)
        return TAKEN


def _same(address: str) -> str:
    return address.casefold()


def _header(message: EmailMessage, name: str) -> str:
    return str(message[name] or "")


def _body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    if part is None:
        return ""
    try:
        content = str(part.get_content())
    except LookupError:  # a charset that nobody knows
        payload = part.get_payload(decode=True)
        content = payload.decode("latin-1") if isinstance(payload, bytes) else ""
    return content.replace("\r\n", "\n")
