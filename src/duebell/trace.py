"""The trace that a piece of work belongs to, as W3C Trace Context writes it: `00-<trace>-<parent>-<flags>`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

_WRITTEN = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?")
_SAMPLED = 1


@dataclass(frozen=True, slots=True)
class Trace:
    """`id` names the trace (32 hex digits), `span` our part in it (16), `flags` are the caller's (00: not sampled, 01: sampled)."""

    id: str
    span: str
    flags: str

    @classmethod
    def begun(cls) -> Trace:
        """A new one, as nobody asked within one."""
        return cls(secrets.token_hex(16), secrets.token_hex(8), "00")

    @classmethod
    def continued(cls, traceparent: str) -> Trace:
        """Go on with the caller's; what isn't one is left aside, as the standard wants it, and a new one begins."""
        found = _WRITTEN.fullmatch(traceparent)
        if found is None or (traceparent.startswith("00") and found[3]):
            return cls.begun()
        return cls(found[1], secrets.token_hex(8), f"{int(found[2], 16) & _SAMPLED:02x}")

    def onward(self) -> Trace:
        """The same trace, with a part of its own for a call that we make within it."""
        return Trace(self.id, secrets.token_hex(8), self.flags)

    def __str__(self) -> str:
        return f"00-{self.id}-{self.span}-{self.flags}"


CURRENT: ContextVar[Trace | None] = ContextVar("trace", default=None)
"""The trace of the request that is answered, or of the call that is made; none: neither is."""


def calling() -> Mapping[str, str]:
    """The headers of a call to somebody else: it belongs to the trace that we work in, or begins one."""
    trace = CURRENT.get()
    return {"traceparent": str(trace.onward() if trace else Trace.begun())}


def named(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Name the trace in a line of the log (a structlog processor)."""
    if (trace := CURRENT.get()) is not None:
        line["trace"] = trace.id
    return line
