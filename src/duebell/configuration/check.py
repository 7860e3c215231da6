"""A Verify check: what was asked, what was found and, when it failed, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    PASSED = "passed"
    WARNING = "warning"
    """Worth a person's look, doesn't stop the configuration from being applied."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """An earlier check that this one builds on failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of Verify, finished. `slug` is stable and names it in the docs; `hint` says how to mend it.

    `ends_soon`: what it warns of fails on a day that is known, unless somebody does something before.
    """

    slug: str
    title: str
    result: Result
    found: str
    hint: str | None = None
    ends_soon: bool = False
