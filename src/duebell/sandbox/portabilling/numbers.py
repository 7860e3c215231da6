"""The numbers that PortaBilling gives to things."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from itertools import count
from typing import Generic, TypeVar

Name = TypeVar("Name", bound=Hashable)


class Numbers(Generic[Name]):
    """A number for each thing of one kind, the next one when it is first asked for."""

    def __init__(self, first: int = 1) -> None:
        following = count(first)
        self._numbers: defaultdict[Name, str] = defaultdict(lambda: str(next(following)))
        self._names: dict[str, Name] = {}

    def of(self, name: Name) -> str:
        """The thing's number."""
        number = self._numbers[name]
        self._names[number] = name
        return number

    def name(self, number: str) -> Name | None:
        """Whose number it is; None: nobody's."""
        return self._names.get(number)
