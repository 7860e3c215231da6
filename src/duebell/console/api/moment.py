"""Moments as operators write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from duebell.errors import InvalidValue

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def moment(text: str, now: datetime) -> datetime:
    """A time in RFC 3339 or a date, in UTC where no zone is given; or a span before `now`: 30m, 2h, 3d.

    Raises:
        InvalidValue: it is none of these.
    """
    try:
        if span := re.fullmatch(r"([0-9]{1,9})([smhd])", text):
            return now - timedelta(**{_UNITS[span[2]]: int(span[1])})
        given = datetime.fromisoformat(text)
        return (given.replace(tzinfo=UTC) if given.tzinfo is None else given).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidValue(
            f"{text!r} is no moment: write it like 2026-11-01, 2026-11-01T09:00:00Z (UTC unless it has a zone), or 2h or 3d ago as 2h, 3d."
        ) from None
