"""Handlers that call the receiver; no test of this folder brings a secret into a log."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime

import pytest

from duebell.handlers.webhook.group import WEBHOOK, Settings
from duebell.handlers.webhook.handler import Webhook
from duebell.handlers.webhook.receiver import Receiver
from secrecy import kept_secret
from unit.webhook.receiving import OTHER_SECRET, SECRET, StandIn

Made = Callable[..., Webhook]


@pytest.fixture
async def webhook(receiver: StandIn, trusted: ssl.SSLContext) -> AsyncIterator[Made]:
    """Makes the handler for the options given, towards the receiver unless another URL is."""
    made: list[Webhook] = []

    def make(now: Callable[[], datetime] = lambda: datetime.now(UTC), **options: str) -> Webhook:
        typed = {"URL": receiver.url, "Secret": SECRET, "Allowed_Hosts": "127.0.0.1", "Request_Timeout": "3", **options}
        settings = Settings.of(WEBHOOK.checked(typed))
        made.append(Webhook(Receiver(settings, now=now, tls=trusted), settings))
        return made[-1]

    yield make
    for one in made:
        await one.close()


@pytest.fixture(autouse=True)
def no_secret_in_the_log(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever a test provokes, no log or output holds a secret or a customer's data."""
    with kept_secret(caplog, capsys, SECRET, OTHER_SECRET, "John Doe", "+12025550123"):
        yield
