"""The questions of Verify, one function each: what is asked, what was found, and what to do about it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from duebell.alarms.group import ALARMS, MailSettings, Security, Settings
from duebell.alarms.mail import MailChannel
from duebell.alarms.post import post
from duebell.alarms.webhook import WebhookChannel
from duebell.alarms.wording import Letter
from duebell.configuration.check import Result
from duebell.configuration.question import Finding, failed, passed, warning
from duebell.errors import InvalidValue

TRIAL = "duebell.verify"
UNUSED = Finding(Result.SKIPPED, "not configured")


@dataclass(kw_only=True)
class Inquiry:
    """What is asked about; `settings` are there once `options` passed."""

    values: Mapping[str, str]
    now: Callable[[], datetime]
    tls: ssl.SSLContext | None
    settings: Settings | None = None

    @property
    def read(self) -> Settings:
        """The settings, for questions that build on `options`."""
        assert self.settings is not None  # noqa: S101 - those are asked after it passed only
        return self.settings


async def options(inquiry: Inquiry) -> Finding:
    try:
        inquiry.settings = Settings.of(ALARMS.checked(inquiry.values))
    except InvalidValue as error:
        return failed(str(error), "Correct it with `duebell configure Global.Alarms`.")
    return passed("all of them")


async def somebody(inquiry: Inquiry) -> Finding:
    ways = [name for name in ("mail", "webhook") if getattr(inquiry.read, name)]
    if not ways:
        return warning(
            "nobody: alarms are on `duebell status` only", "Set SMTP_Host, Mail_From and Mail_To, or Webhook_URL."
        )
    return passed(f"by {' and '.join(ways)}")


async def mail(inquiry: Inquiry) -> Finding:
    settings = inquiry.read.mail
    if settings is None:
        return UNUSED
    channel = MailChannel(settings, inquiry.read.name, inquiry.now, tls=inquiry.tls)
    text = "This is a test: alarms of this Duebell would reach you so. There is nothing to do.\n"
    refused = await channel.send(Letter(f"[{inquiry.read.name}] Test of alarms", text), uuid4())
    if refused:
        return failed(f"The mail server refuses {', '.join(refused)}.", "Correct Mail_To.")
    if _is_readable(settings):
        return warning("a test mail was taken, but the password travelled readable", "Set SMTP_Security to starttls or tls.")
    return passed(f"a test mail was taken for {', '.join(settings.recipients)}: see that it arrived")


async def webhook(inquiry: Inquiry) -> Finding:
    settings = inquiry.read.webhook
    if settings is None:
        return UNUSED
    body = {"type": TRIAL, "timestamp": inquiry.now().isoformat(), "data": {"name": inquiry.read.name}}
    channel = WebhookChannel(settings, inquiry.read.name, inquiry.now, tls=inquiry.tls)
    return passed(f"a signed test call was taken (HTTP {await channel.post(json.dumps(body).encode(), uuid4())})")


async def heartbeat(inquiry: Inquiry) -> Finding:
    settings = inquiry.read.heartbeat
    if settings is None:
        return UNUSED
    status = await post(settings.url, b"", {"User-Agent": "Duebell"}, settings.allowed_hosts, inquiry.tls)
    return passed(f"the watchdog answered (HTTP {status})")


def _is_readable(settings: MailSettings) -> bool:
    return settings.security is Security.NONE and settings.password is not None
