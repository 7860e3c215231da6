"""What an event handler's target may be able to do besides taking events: forget a customer, tell what it has and whom it knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What a target erased; `left` are sentences that say what only a person can do there."""

    events: int
    messages: int
    left: Sequence[str] = ()


@runtime_checkable
class Forgetting(Protocol):
    """A handler whose target can forget a customer."""

    async def forget(self, environment: str, customer: str) -> Forgotten:
        """Erase who the customer is, in all that came from us; again does no harm.

        Raises:
            TargetDown, ConfigurationRefused: not now.
        """


@runtime_checkable
class Knowing(Protocol):
    """A handler whose target tells which events it has."""

    async def known(self, keys: Sequence[str]) -> Collection[str]:
        """Those of these keys (`Owed.key`), at most `KEYS` of them, that were made effective there.

        Raises:
            TargetDown, ConfigurationRefused: not now.
        """


class Match(StrEnum):
    """Who a customer is or would be at a target."""

    LINKED = "linked"
    """Known there, or the reference is one contact's."""
    AMBIGUOUS = "ambiguous"
    """The reference is several contacts'."""
    ABSENT = "absent"
    """Nobody has the reference, or the customer has none."""


@runtime_checkable
class Matching(Protocol):
    """A handler whose target tells who customers would be, before anything is told of them."""

    async def match(
        self, environment: str, references: Mapping[str, str | None], company: str | None
    ) -> Mapping[str, Match]:
        """For each customer (by external id, with his reference; at most `KEYS`) who he is or would be.

        Raises:
            TargetDown, ConfigurationRefused: not now.
        """


KEYS = 1000
"""How many keys or customers one question may name."""
