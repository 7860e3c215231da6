"""The other end: takes a message, signed, and says how that ended."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from duebell import outbound
from duebell.handlers.webhook.ending import Ending, ending, unanswered
from duebell.handlers.webhook.group import Settings
from duebell.handlers.webhook.messages import Message, trial
from duebell.outbound.guard import Resolve, resolve
from duebell.signature import signed_headers


class Receiver:
    """Posts to the URL of the settings through the guard. Safe for several calls at once; `close()` gives connections back."""

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime],
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        self._settings = settings
        self._now = now
        self._http = outbound.client(
            settings.allowed_hosts,
            settings.request_timeout,
            connections=settings.max_calls_in_flight + 1,
            tls=tls,
            resolve=resolve,
        )

    async def send(self, message: Message, *, secrets: tuple[str, ...] | None = None) -> Ending:
        """Post it, signed with the settings' secrets (or with these); never raises for what a receiver can do."""
        headers = {
            "Content-Type": message.content_type,
            "User-Agent": "Duebell",
            **signed_headers(secrets or self._settings.secrets, message.id, self._now(), message.body),
        }
        try:
            answer = await outbound.post(
                self._http, self._settings.url, message.body, headers, patience=self._settings.request_timeout
            )
        except outbound.NotReached as error:
            return unanswered(error)
        return ending(answer, self._now())

    async def send_trial(self, type_: str, *, secrets: tuple[str, ...] | None = None) -> Ending:
        """Post a test event of that type, in the form in which events are posted."""
        message = trial(type_, str(uuid4()), self._now(), batched=self._settings.max_batch > 1)
        return await self.send(message, secrets=secrets)

    async def close(self) -> None:
        """Give connections back."""
        await self._http.aclose()
