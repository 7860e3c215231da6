"""What was read a moment ago, for whoever asks the same again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

KEPT_FOR = 5.0
"""Seconds: what PortaBilling's own relay keeps answers for."""
MOST = 1000


class Cache:
    """Answers by what was asked, the oldest first; `clock` is monotonic, in seconds. No more than `MOST` are kept."""

    def __init__(self, clock: Callable[[], float], *, kept_for: float = KEPT_FOR) -> None:
        self._clock = clock
        self._kept_for = kept_for
        self._answers: OrderedDict[Hashable, tuple[float, Mapping[str, Any]]] = OrderedDict()

    def find(self, asked: Hashable) -> Mapping[str, Any] | None:
        """The answer, if it is young enough."""
        asked_at, answer = self._answers.get(asked, (-self._kept_for, None))
        return answer if self._clock() - asked_at < self._kept_for else None

    def keep(self, asked: Hashable, answer: Mapping[str, Any], asked_at: float) -> None:
        """Keep an answer unless that to a later question is there; it is as old as its question."""
        if self._answers.get(asked, (asked_at, None))[0] > asked_at:
            return
        self._answers.pop(asked, None)
        self._answers[asked] = (asked_at, answer)
        self._drop_old()

    def forget(self, asked: Hashable) -> None:
        """Let it be asked again."""
        self._answers.pop(asked, None)

    def _drop_old(self) -> None:
        oldest = self._clock() - self._kept_for
        while self._answers and (len(self._answers) > MOST or next(iter(self._answers.values()))[0] <= oldest):
            self._answers.popitem(last=False)
