"""Options that are numbers."""

from __future__ import annotations

from collections.abc import Callable


def whole_number(lowest: int, highest: int) -> Callable[[str], str]:
    """Return an option's check: a whole number between these, both included."""

    def check(typed: str) -> str:
        try:
            number = int(typed)
        except ValueError:
            number = lowest - 1
        if not lowest <= number <= highest:
            raise ValueError(f"type a whole number from {lowest} to {highest}")
        return str(number)

    return check
