"""Mail brought to the sandbox as Odoo's outgoing mail server brings it: by SMTP."""

from __future__ import annotations

import asyncio
import smtplib
from email.message import EmailMessage

from duebell.sandbox.serving import Sandbox


def mail_of(
    text: str = "Your invoice 17 is ready.", *, html: str | None = None, subject: str = "Invoice 17"
) -> EmailMessage:
    """An e-mail to John Doe."""
    mail = EmailMessage()
    mail["From"] = "Billing <billing@provider.example>"
    mail["To"] = "John Doe <john.doe@example.com>"
    mail["Subject"] = subject
    mail.set_content(text)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    return mail


async def bring(sandbox: Sandbox, mail: EmailMessage | bytes, *to: str) -> None:
    """Bring `mail` to the addresses `to`; raises smtplib.SMTPRecipientsRefused where all are refused."""

    def converse() -> None:
        with smtplib.SMTP(sandbox.smtp_host, sandbox.smtp_port, timeout=20) as smtp:
            smtp.sendmail("bounces@provider.example", to, bytes(mail))

    await asyncio.to_thread(converse)
