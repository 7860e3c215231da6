"""The ways of telling people, in one table."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from datetime import datetime

from duebell.alarms.channel import Channel
from duebell.alarms.group import Settings
from duebell.alarms.mail import MailChannel
from duebell.alarms.webhook import WebhookChannel


def channels(settings: Settings, now: Callable[[], datetime], *, tls: ssl.SSLContext | None = None) -> Mapping[str, Channel]:
    """Return those that are configured, by name. `tls` replaces the authorities that this machine trusts."""
    found: dict[str, Channel] = {}
    if settings.mail:
        found["mail"] = MailChannel(settings.mail, settings.name, now, tls=tls)
    if settings.webhook:
        found["webhook"] = WebhookChannel(settings.webhook, settings.name, now, tls=tls)
    return found
