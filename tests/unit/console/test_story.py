"""An event's story: what people read from top to bottom is what followed from what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from builders import NOON
from duebell.console.pages.fate import story


def an_attempt(at: datetime) -> dict[str, Any]:
    return {"started_at": at, "seconds": 0.5, "outcome": "Provisioned", "because": None}


def a_message(at: datetime, state: str = "delivered") -> dict[str, Any]:
    return {"channel": "sms", "state": state, "at": at, "because": None}


def an_event(**told: Any) -> dict[str, Any]:
    """Recorded at noon and three quarters of a second."""
    recorded_at = NOON + timedelta(seconds=0.75)
    owed = {
        "handler": "OdooCRM",
        "handler_type": "OdooCRM",
        "replay": 0,
        "state": "provisioned",
        "because": None,
        "next_at": recorded_at,
        "link": None,
        "attempts": [an_attempt(recorded_at + timedelta(seconds=0.1))],
        "messages": [],
    }
    event = {"type": "invoice.generated", "occurred_at": NOON, "recorded_at": recorded_at, "sequence": 1}
    return {**event, "provisionings": [{**owed, **told}]}


def titles(event: dict[str, Any]) -> list[str]:
    return [chapter.title for chapter in story(event)]


def test_a_fact_of_a_clock_that_is_ahead_still_comes_before_what_followed_from_it() -> None:
    event = {**an_event(), "occurred_at": NOON + timedelta(days=20)}
    assert titles(event) == ["Invoice generated in billing", "Recorded", "Owed to OdooCRM", "OdooCRM has it"]


def test_a_message_of_which_only_the_whole_second_is_known_comes_after_the_call_that_made_it() -> None:
    assert titles(an_event(messages=[a_message(NOON)]))[-2:] == ["OdooCRM has it", "SMS delivered"]


@pytest.mark.parametrize(("state", "kind"), [("cancelled", "skipped"), ("failed", "failed"), ("delivered", "delivered")])
def test_a_message_that_was_rightly_not_sent_does_not_look_like_a_failure(state: str, kind: str) -> None:
    assert story(an_event(messages=[a_message(NOON, state)]))[-1].kind == kind
