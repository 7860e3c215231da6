"""What comes of a proof while it is carried out: how much was made to fail so far, and what became of the events."""

from __future__ import annotations

from collections.abc import Iterable

from proof.figures import Figures
from proof.ground import Ground, Setting
from proof.verdict import Verdict


class Tally:
    """Counts towards `aim` faults, and tells who watches of each."""

    def __init__(self, setting: Setting[Ground], name: str, aim: int) -> None:
        self._setting = setting
        self._name = name
        self._aim = aim
        self._faults = 0
        self._figures = Figures(0, 0, 0, 0)
        self._unexplained: list[str] = []

    @property
    def left(self) -> int:
        """How many faults are still to come."""
        return self._aim - self._faults

    def fault(self, unexplained: Iterable[str] = ()) -> None:
        """Something was made to fail, and afterwards the rows say this that can't be."""
        self._faults += 1
        self._unexplained += unexplained
        self._setting.progress(self._setting.ground.engine, f"{self._name}: {self._faults}", self._faults / self._aim)

    def found(self, figures: Figures, unexplained: Iterable[str] = ()) -> None:
        """All that was begun has ended: this became of the events, and the rows say this that can't be."""
        self._figures += figures
        self._unexplained += unexplained

    def verdict(self, remark: str = "") -> Verdict:
        """Of all that was counted."""
        return Verdict(
            name=self._name,
            engine=self._setting.ground.engine,
            seed=self._setting.extent.seed,
            faults=self._faults,
            figures=self._figures,
            unexplained=tuple(dict.fromkeys(self._unexplained)),
            remark=remark,
        )
