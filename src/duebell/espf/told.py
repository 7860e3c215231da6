"""What people were told of an event, in the target's own words: asked for when somebody looks, kept nowhere here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Whom the target knows as the customer; `link` is where a person sees him there."""

    name: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `at` (aware) is when it came to its state; `text` is plain; what there is none of, or was forgotten, is None."""

    channel: str
    recipient: str | None
    subject: str | None
    text: str | None
    state: str
    because: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Of one event, as the target has it; `link` is its record there."""

    link: str
    partner: Partner
    messages: Sequence[Message]


@runtime_checkable
class Quoting(Protocol):
    """A handler whose target quotes what it told people."""

    async def told(self, keys: Sequence[str]) -> Mapping[str, Told]:
        """By key (`Owed.key`, at most `upkeep.KEYS` of them), of the events that the target has.

        Raises:
            ProvisioningError: not now, or the target can't.
        """
