"""The Webhook event handler: posts events as CloudEvents, signed by Standard Webhooks, to one URL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime

from duebell.configuration.check import Check
from duebell.handlers.webhook.group import WEBHOOK as GROUP
from duebell.handlers.webhook.group import Settings
from duebell.handlers.webhook.handler import Webhook
from duebell.handlers.webhook.receiver import Receiver
from duebell.handlers.webhook.verify import verify as _verify

__all__ = ["GROUP", "Webhook", "build", "verify"]


def _real_clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - signatures, certificates and Retry-After run on the real clock only


def build(values: Mapping[str, str], *, now: Callable[[], datetime] = _real_clock) -> Webhook:
    """Return the handler for the group's values.

    Raises:
        InvalidValue: a required option has no value.
    """
    settings = Settings.of(values)
    return Webhook(Receiver(settings, now=now), settings)


def verify(values: Mapping[str, str], *, now: Callable[[], datetime] = _real_clock) -> AsyncIterator[Check]:
    """Prove the group's values: the checks in order, each as it ends. It sends test events only and never raises."""
    return _verify(values, now=now)
