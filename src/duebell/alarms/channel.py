"""A way of telling people: the port, and its failure."""

from __future__ import annotations

from typing import Protocol

from duebell.alarms.news import News
from duebell.errors import DuebellError


class NotTold(DuebellError):
    """People weren't told: what was found, then what to do about it; no secret."""

    slug = "not-told"
    http_status = 502

    def __init__(self, found: str, hint: str) -> None:
        self.found = found
        self.hint = hint
        super().__init__(f"{found} {hint}")


class Channel(Protocol):
    """A way of telling people."""

    async def tell(self, news: News) -> None:
        """Tell it, perhaps not for the first time.

        Raises:
            NotTold: what to do about it.
        """
