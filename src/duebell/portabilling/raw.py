"""A raw event: what PortaBilling's webhook brought, before its meaning is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEvent:
    """One, read from its body. Ids are text, however they came; `variables` has each that came, empty ones left out.

    `i_event` is unique per environment; `at` is PortaBilling's own `event_time` (UTC) where it came, else when we received it.
    """

    environment: str
    i_event: str
    type: str
    variables: Mapping[str, str]
    at: datetime
