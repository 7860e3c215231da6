"""Options that are one of a few words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OneOf:
    """An option's check: one of these words, in whatever case it is typed."""

    choices: tuple[str, ...]

    def __call__(self, typed: str) -> str:
        word = typed.strip().lower()
        if word not in self.choices:
            *others, last = self.choices
            raise ValueError(f"type {', '.join(others)} or {last}")
        return word
