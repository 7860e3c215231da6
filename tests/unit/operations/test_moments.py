"""Moments as operators write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from builders import NOON
from duebell.console.api.moment import moment
from duebell.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-01T09:00:00Z", datetime(2026, 11, 1, 9, tzinfo=UTC)),
        ("2026-11-01T09:00:00+02:00", datetime(2026, 11, 1, 7, tzinfo=UTC)),
        ("2026-11-01T09:00", datetime(2026, 11, 1, 9, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2h", NOON - timedelta(hours=2)),
        ("3d", NOON - timedelta(days=3)),
        ("90m", NOON - timedelta(minutes=90)),
        ("0s", NOON),
    ],
)
def test_times_dates_and_spans_are_understood(text: str, meant: datetime) -> None:
    assert moment(text, NOON) == meant


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "2h3m", "-2h", "٣d", "999999999d", "0001-01-01T00:00:00+14:00"]
)
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InvalidValue, match="is no moment: write it like 2026-11-01, 2026-11-01T09:00:00Z"):
        moment(text, NOON)
