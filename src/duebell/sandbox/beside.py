"""A sandbox that runs beside `duebell serve`, as the console looks at it: over its HTTP API, on loopback only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import Self

import httpx2
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from duebell.errors import DuebellError, InvalidValue
from duebell.sandbox.handset import STATES
from duebell.sandbox.loopback import is_loopback_url

TIMEOUT = 3.0
"""Seconds: it is on this machine."""
SHOWN = 100
"""Of the texts, and of the mails: the last ones."""


class Text(BaseModel):
    """One text to a phone; `arrivals` is how often it shows there."""

    number: str
    content: str
    received_at: datetime
    state: str
    arrivals: int

    @property
    def fate(self) -> str:
        """What became of it, in plain words."""
        return STATES.get(self.state, self.state)


class Mail(BaseModel):
    """One mail in the mailbox, as plain text; its `id` is its place in the order of arrival."""

    id: int
    sender: str = Field(validation_alias="from")
    to: tuple[str, ...]
    subject: str
    text: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Handset:
    """One phone: whose it is, if anybody said so, and its texts, newest first."""

    number: str
    label: str | None
    texts: Sequence[Text]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is in the sandbox: its phones, those that were texted last first, and its mails, newest first."""

    handsets: Sequence[Handset]
    mails: Sequence[Mail]

    @property
    def mark(self) -> str:
        """The same as long as nothing new came."""
        return sha256(repr((self.handsets, self.mails)).encode()).hexdigest()[:16]


class SandboxSilent(DuebellError):
    """The sandbox doesn't answer, or what answers is none."""

    slug = "sandbox-silent"
    http_status = 502


_TEXTS = TypeAdapter(list[Text])
_MAILS = TypeAdapter(list[Mail])
_LABELS = TypeAdapter(dict[str, str])


@dataclass(frozen=True, slots=True)
class SandboxBeside:
    """The sandbox at `url`, http on loopback."""

    url: str

    @classmethod
    def at(cls, url: str) -> Self:
        """The sandbox that somebody declared.

        Raises:
            InvalidValue: the address leads beyond this machine.
        """
        if not is_loopback_url(url):
            raise InvalidValue(
                f"DUEBELL_SANDBOX: {url!r} is not on this machine's loopback: write it like http://127.0.0.1:8471."
            )
        return cls(url.rstrip("/"))

    async def look(self) -> Seen:
        """What is there now.

        Raises:
            SandboxSilent: it doesn't answer as a sandbox does.
        """
        last = {"last": SHOWN}
        try:
            async with httpx2.AsyncClient(base_url=self.url, timeout=TIMEOUT, trust_env=False) as http:
                texts, mails, labels = [
                    (await http.get(path, params=last)).raise_for_status().content
                    for path in ("/messages", "/mail/messages", "/labels")
                ]
            return Seen(
                handsets=list(_handsets(_TEXTS.validate_json(texts), _LABELS.validate_json(labels))),
                mails=_MAILS.validate_json(mails)[::-1],
            )
        except (httpx2.HTTPError, ValidationError):
            raise SandboxSilent(
                f"No sandbox answers at {self.url}: start it again, or start Duebell without DUEBELL_SANDBOX."
            ) from None


def _handsets(texts: Sequence[Text], labels: Mapping[str, str]) -> Iterator[Handset]:
    latest = {text.number: place for place, text in enumerate(texts)}
    by_number = sorted(
        texts, key=lambda text: latest[text.number], reverse=True
    )  # stable: each phone's texts keep their order
    for number, sent in groupby(by_number, key=attrgetter("number")):
        yield Handset(number, labels.get(number), list(sent)[::-1])
