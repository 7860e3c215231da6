"""Alarms by signed webhook (Standard Webhooks)."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from duebell.alarms.group import WebhookSettings
from duebell.alarms.news import News
from duebell.alarms.post import post
from duebell.alarms.wording import payload
from duebell.signature import signed_headers


class WebhookChannel:
    """Posts to the URL of the settings. `tls` replaces the authorities that this machine trusts."""

    def __init__(
        self, settings: WebhookSettings, name: str, now: Callable[[], datetime], *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._settings = settings
        self._name = name
        self._now = now
        self._tls = tls

    async def tell(self, news: News) -> None:
        """Post it; a repetition has the same id."""
        await self.post(payload(news, self._name, self._now()), news.id)

    async def post(self, body: bytes, id_: UUID) -> int:
        """Post JSON, signed; return the status of the answer (2xx).

        Raises:
            NotTold: no answer came, or another one.
        """
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Duebell",
            **signed_headers(self._settings.secrets, str(id_), self._now(), body),
        }
        return await post(self._settings.url, body, headers, self._settings.allowed_hosts, self._tls)
