"""Times and days as PortaBilling's API has them: `YYYY-MM-DD HH:MM:SS` in UTC, `YYYY-MM-DD`."""

from __future__ import annotations

from datetime import UTC, datetime

_MOMENT = "%Y-%m-%d %H:%M:%S"


def api_moment(moment: datetime) -> str:
    """A moment (aware) in UTC, to the second."""
    return moment.astimezone(UTC).strftime(_MOMENT)


def read_moment(text: str) -> datetime:
    """A moment, or the beginning of a day, in UTC.

    Raises:
        ValueError: it is neither.
    """
    return datetime.strptime(text if " " in text else f"{text} 00:00:00", _MOMENT).replace(tzinfo=UTC)
