# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any


def at(path: str | bool, value: Any) -> Any:
    """What JSON holds at a path like `messages.0.status`; None where there is nothing. An empty path is the whole."""
    for step in str(path or "").split(".") if path else ():
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def text_at(path: str | bool, value: Any) -> str | None:
    """The same as text: numbers and truth values as JSON writes them; None for lists and objects, too."""
    found = at(path, value)
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found) if isinstance(found, (str, int, float)) else None
