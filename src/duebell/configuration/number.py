"""Options that are numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """An option's check: a whole number between these, both included."""

    lowest: int
    highest: int

    def __call__(self, typed: str) -> str:
        try:
            number = int(typed)
        except ValueError:
            number = self.lowest - 1
        if not self.lowest <= number <= self.highest:
            raise ValueError(f"type a whole number from {self.lowest} to {self.highest}")
        return str(number)


whole_number = WholeNumber
