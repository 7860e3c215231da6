"""A phone as the page draws it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nlargest

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from duebell.sandbox.behaviour import OutcomeName
from duebell.sandbox.phone import Message, Phone

HANDSETS_SHOWN = 12
MESSAGES_SHOWN = 40
HUES = (330, 265, 230, 150, 30, 300, 195, 60)  # degrees in OKLCH; neighbours differ

STATES = {
    "delivered": "Delivered",
    "not_delivered": "Not delivered",
    "wrong_number_format": "Refused: not a phone number",
    "insufficient_credit": "Refused: no credit",
    "server_error": "Refused: server error",
}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text on the screen; `key` is its own on the page, `at` local time, `day` set where a new one begins."""

    key: str
    message: Message
    at: datetime
    day: str | None

    @property
    def state(self) -> str:
        """What became of the text, in plain words."""
        return STATES[self.message.state]

    @property
    def report(self) -> str:
        """What Odoo heard of it, in plain words."""
        if self.message.told:
            return f"Odoo was told: {', '.join(self.message.told)}"
        return f"Odoo was told nothing yet: {self.message.not_told_because or 'no report went out'}"


@dataclass(frozen=True, slots=True)
class Handset:
    """One phone of the row; `older` counts the messages left out, `latest` is when the last one came, in local time."""

    number: str
    label: str
    hue: int
    bubbles: list[Bubble]
    older: int
    outcome: OutcomeName
    latest: datetime | None

    @property
    def initials(self) -> str:
        """Up to two letters that stand for the person."""
        return "".join(word[0] for word in self.label.split()[:2]).upper()

    @property
    def number_spaced(self) -> str:
        """The number as people of its country group it, where it is one."""
        try:
            number = phonenumbers.parse(self.number)
        except NumberParseException:
            return self.number
        return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def handsets(phone: Phone) -> list[Handset]:
    """Return the phones that were texted last, at most HANDSETS_SHOWN, in the order in which they appeared."""
    messages_by_number = phone.numbers()
    shown = nlargest(HANDSETS_SHOWN, messages_by_number, key=lambda number: _latest(messages_by_number[number]))
    return [
        _handset(phone, number, messages, HUES[place % len(HUES)])
        for place, (number, messages) in enumerate(messages_by_number.items())
        if number in shown
    ]


def _handset(phone: Phone, number: str, messages: Sequence[Message], hue: int) -> Handset:
    older = max(0, len(messages) - MESSAGES_SHOWN)
    return Handset(
        number=number,
        label=phone.labels.get(number, ""),
        hue=hue,
        bubbles=list(_bubbles(messages, older)),
        older=older,
        outcome=phone.behaviour(number).outcome,
        latest=messages[-1].received_at.astimezone() if messages else None,
    )


def _bubbles(messages: Sequence[Message], older: int) -> Iterator[Bubble]:
    """Yield a bubble for each arrival, and one for a text that never arrived.

    Times are in this machine's zone, which is the viewer's: the page is served on loopback only.
    """
    day_before = None
    for place, message in enumerate(messages[older:], older):
        at = message.received_at.astimezone()
        for arrival in range(max(1, message.arrivals)):
            day = f"{at:%a %d %b}"
            yield Bubble(f"{message.number}-{place}-{arrival}", message, at, day if day != day_before else None)
            day_before = day


def _latest(messages: Sequence[Message]) -> datetime:
    return messages[-1].received_at if messages else datetime.min.replace(tzinfo=UTC)
