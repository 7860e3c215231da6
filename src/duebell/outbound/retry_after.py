"""`Retry-After`: how long a target asks to be left alone, and how long it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_WAIT = timedelta(minutes=15)
"""However long a target asks us to wait."""


def retry_after(text: str) -> timedelta | datetime | None:
    """Read the header: seconds, or an HTTP date; None for anything else."""
    if re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII):
        return timedelta(seconds=int(text))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def not_before(wait: timedelta | datetime | None, now: datetime) -> datetime | None:
    """Return when to ask again, in reason; None: nothing was asked for."""
    if wait is None:
        return None
    return min(now + wait if isinstance(wait, timedelta) else wait, now + LONGEST_WAIT)
