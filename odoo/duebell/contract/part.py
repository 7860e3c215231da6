# SPDX-License-Identifier: LGPL-3.0-only
"""One JSON object of an entry: each of its methods reads a member, or refuses it by its path."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, timezone
from typing import Any
from uuid import UUID

_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LONGEST = 500
_GREATEST = 2**31 - 1


class Refused(ValueError):
    """A field of an event can't be used; the message is "<field's path>: <what is wrong and what to do>"."""


class Part:
    """One JSON object of an entry and its path; each method reads one member or raises `Refused` naming it.

    Absent and null are the same.
    """

    __slots__ = ("members", "path")

    def __init__(self, members: Any, path: str) -> None:
        if not isinstance(members, dict):
            raise Refused(f"{path}: must be an object")
        self.members: dict[str, Any] = members
        self.path = path

    def refused(self, name: str, because: str) -> Refused:
        return Refused(f"{self.path}.{name}: {because}" if self.path else f"{name}: {because}")

    def optional(self, name: str) -> Part | None:
        value = self.members.get(name)
        return None if value is None else Part(value, f"{self.path}.{name}" if self.path else name)

    def part(self, name: str) -> Part:
        found = self.optional(name)
        if found is None:
            raise self.refused(name, "is missing")
        return found

    def text(self, name: str, longest: int = _LONGEST) -> str | None:
        value = self.members.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self.refused(name, "must be a text")
        if len(value) > longest:
            raise self.refused(name, f"has {len(value)} characters: {longest} are the most")
        return value or None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise self.refused(name, "is missing")
        return value

    def choice(self, name: str, choices: Collection[str]) -> str | None:
        value = self.text(name)
        if value is not None and value not in choices:
            raise self.refused(name, f"{value!r} is none of {', '.join(choices)}")
        return value

    def required_choice(self, name: str, choices: Collection[str]) -> str:
        value = self.choice(name, choices)
        if value is None:
            raise self.refused(name, "is missing")
        return value

    def whole(self, name: str) -> int:
        value = self.members.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _GREATEST:
            raise self.refused(name, f"must be a whole number from 0 to {_GREATEST}")
        return value

    def day(self, name: str) -> date | None:
        value = self.text(name)
        if value is None:
            return None
        if not _DAY.fullmatch(value):
            raise self.refused(name, f"{value!r} is not a day: write it like 2026-11-15")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self.refused(name, f"{value!r} is no day of the calendar") from None

    def required_day(self, name: str) -> date:
        value = self.day(name)
        if value is None:
            raise self.refused(name, "is missing")
        return value

    def moment(self, name: str) -> datetime | None:
        value = self.text(name)
        if value is None:
            return None
        found = _MOMENT.fullmatch(value)
        if not found:
            raise self.refused(name, f"{value!r} is not a time: write it in UTC like 2026-11-01T09:00:00Z")
        year, month, day, hour, minute, second, fraction = found.groups()
        try:
            return datetime(
                int(year),
                int(month),
                int(day),
                int(hour),
                int(minute),
                int(second),
                int((fraction or "0").ljust(6, "0")),
                tzinfo=timezone.utc,
            )
        except ValueError:
            raise self.refused(name, f"{value!r} is no time of the calendar") from None

    def required_moment(self, name: str) -> datetime:
        value = self.moment(name)
        if value is None:
            raise self.refused(name, "is missing")
        return value

    def uuid(self, name: str) -> str:
        value = self.required(name)
        try:
            usable = str(UUID(value)) == value
        except ValueError:
            usable = False
        if not usable:
            raise self.refused(name, f"{value!r} is not a UUID in lower case with dashes")
        return value
