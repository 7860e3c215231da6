"""What a proof found: how much was made to fail, and how many events it did harm to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from proof.figures import Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The end of one proof; `remark` is what else a reader wants to know, `unexplained` the rows that nothing explains."""

    name: str
    engine: str
    seed: int
    faults: int
    figures: Figures
    unexplained: tuple[str, ...] = ()
    remark: str = ""

    @property
    def holds(self) -> bool:
        """Whether something was made to fail, something was recorded, and nothing of it was harmed."""
        found = self.figures
        harm = found.lost or found.doubled or found.out_of_order or self.unexplained
        return bool(self.faults and found.events and not harm)

    def as_json(self) -> Mapping[str, str | int]:
        return {"name": self.name, "engine": self.engine, "seed": self.seed, "faults": self.faults, **asdict(self.figures)}
