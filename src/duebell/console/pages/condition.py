"""How an event handler is, in a word: what a person switched goes before what its target says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_OF_TARGETS = {"up": "Takes events", "down": "Doesn't answer", "refused": "Refuses"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`kind` colours the badge that says `words`."""

    kind: str
    words: str
    since: datetime
    because: str | None


def condition(handler: Mapping[str, Any]) -> Condition:
    """Judge a handler's row, as the API gives it."""
    kind = handler["state"]
    words, since, because = _OF_TARGETS[kind], handler["since"], handler["because"]
    if handler["unconfigured"]:
        kind, words, because = "waiting", "Not configured", handler["unconfigured"]
    if handler["paused_at"]:
        kind, words, since, because = "paused", "Paused", handler["paused_at"], handler["paused_because"]
    if not handler["enabled"]:
        kind, words = ("refused", "Gone for good") if handler["state"] == "refused" else ("off", "Not in use")
    return Condition(kind=kind, words=words, since=since, because=because)
