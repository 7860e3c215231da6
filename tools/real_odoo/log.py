"""Reading Odoo's log."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ \d+ (?P<level>[A-Z]+) (?P<rest>.*)$")
_EXCEPTION = re.compile(r"^[\w.]+(Error|Exception|Warning|Violation|NotFound|Failed\w*|Timeout)\b.*")
_SERIOUS = {"ERROR", "CRITICAL"}
_MOST = 30


def telling(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines that say what went wrong: errors, and what exceptions say; if there are none, the last few.

    Tracebacks' frames are left out.
    """
    all_lines = [line.rstrip() for line in lines if line.strip()]
    serious = [shown for line in all_lines if (shown := _serious(line))]
    return tuple((serious or all_lines[-5:])[-_MOST:])


def loading(line: str) -> tuple[int, int] | None:
    """How many modules of how many are being loaded, if the line says so."""
    found = re.search(r"Loading module \S+ \((\d+)/(\d+)\)", line)
    return (int(found[1]), int(found[2])) if found else None


def tests(lines: Iterable[str]) -> int:
    """How many tests were run."""
    return sum(int(found[1]) for line in lines if (found := re.search(r"error\(s\) of (\d+) tests", line)))


def _serious(line: str) -> str | None:
    logged = _LINE.match(line)
    if logged:
        return f"{logged['level']} {logged['rest']}" if logged["level"] in _SERIOUS else None
    return line.strip() if _EXCEPTION.match(line) else None
