"""How long a target asks to be left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from builders import NOON
from duebell.outbound.retry_after import LONGEST_WAIT, not_before, retry_after


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Sun, 01 Nov 2026 09:00:00 GMT", datetime(2026, 11, 1, 9, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 40, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, wait: timedelta | datetime | None) -> None:
    assert retry_after(text) == wait


@pytest.mark.parametrize(
    ("wait", "moment"),
    [
        (timedelta(seconds=30), NOON + timedelta(seconds=30)),
        (NOON + timedelta(minutes=1), NOON + timedelta(minutes=1)),
        (timedelta(days=1), NOON + LONGEST_WAIT),
        (NOON + timedelta(days=400), NOON + LONGEST_WAIT),
        (None, None),
    ],
)
def test_a_wish_to_be_left_alone_is_granted_in_reason(wait: timedelta | datetime | None, moment: datetime | None) -> None:
    assert not_before(wait, NOON) == moment
