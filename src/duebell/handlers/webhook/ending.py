"""How a call ended, and what that means for what was in it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from duebell.outbound import AddressForbidden, Answer, NameUnknown, NoConnection, NotReached, TlsFailed
from duebell.outbound.retry_after import not_before, retry_after


class Meaning(StrEnum):
    """What came of a call, as far as one answer tells. Whether the events or the receiver are at fault, a test event tells."""

    TAKEN = "taken"
    LATER = "later"
    """The receiver can't be reached or can't now, whatever it is sent."""
    FAILED = "failed"
    """It tried and failed, or nobody knows what it did."""
    CALL_REFUSED = "call refused"
    """It refuses what it was sent."""
    WE_ARE_REFUSED = "we are refused"
    """It refuses us, as it seems: a secret, an address or a certificate is wrong."""
    GONE = "gone"
    """It wants no more calls, ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of one call; `because` is a sentence with evidence, free of secrets and customers' data."""

    meaning: Meaning
    because: str
    status: int | None = None
    not_before: datetime | None = None


_LATER = "The receiver can't take calls now"
_REFUSES_US = "The receiver refuses us: give both sides the same secret, and let it pass calls from this machine"
_NOT_THERE = "Nothing takes events at this address: correct URL"
_NOT_CLOUD_EVENTS = "The receiver doesn't take CloudEvents: let it accept the content type that docs/webhook.md names"

_ANSWERS: Mapping[int, tuple[Meaning, str]] = {
    401: (Meaning.WE_ARE_REFUSED, _REFUSES_US),
    402: (Meaning.WE_ARE_REFUSED, _REFUSES_US),
    403: (Meaning.WE_ARE_REFUSED, _REFUSES_US),
    404: (Meaning.WE_ARE_REFUSED, _NOT_THERE),
    405: (Meaning.WE_ARE_REFUSED, _NOT_THERE),
    406: (Meaning.WE_ARE_REFUSED, _NOT_CLOUD_EVENTS),
    407: (Meaning.WE_ARE_REFUSED, _REFUSES_US),
    408: (Meaning.FAILED, "The receiver did not get the whole call in time"),
    410: (Meaning.GONE, "The receiver says that it is gone for good and wants no more calls"),
    415: (Meaning.WE_ARE_REFUSED, _NOT_CLOUD_EVENTS),
    421: (Meaning.WE_ARE_REFUSED, _NOT_THERE),
    425: (Meaning.LATER, _LATER),
    429: (Meaning.LATER, _LATER),
    451: (Meaning.WE_ARE_REFUSED, _REFUSES_US),
    503: (Meaning.LATER, _LATER),
}
"""By status; the others by their hundreds."""
_HUNDREDS: Mapping[int, tuple[Meaning, str]] = {
    2: (Meaning.TAKEN, "The receiver has it"),
    3: (Meaning.WE_ARE_REFUSED, "The address leads elsewhere, and calls are never sent on: set URL to where it leads"),
    4: (Meaning.CALL_REFUSED, "The receiver refuses the call, its own log tells why"),
}
_OTHERWISE = (Meaning.FAILED, "The receiver failed, its own log tells why")


def ending(answer: Answer, now: datetime) -> Ending:
    """Return what an answer means."""
    meaning, because = _ANSWERS.get(answer.status) or _HUNDREDS.get(answer.status // 100) or _OTHERWISE
    return Ending(
        meaning=meaning,
        because=f"{because} (HTTP {answer.status}, {answer.where}).",
        status=answer.status,
        not_before=not_before(retry_after(answer.headers.get("retry-after", "")), now),
    )


def unanswered(error: NotReached) -> Ending:
    """Return what it means that there is no answer."""
    match error:
        case AddressForbidden() | TlsFailed():
            meaning = Meaning.WE_ARE_REFUSED
        case NameUnknown() | NoConnection():
            meaning = Meaning.LATER
        case _:
            meaning = Meaning.FAILED
    return Ending(meaning=meaning, because=str(error))
