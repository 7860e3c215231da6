"""Where proofs are carried out: an engine that gives databases, how often to make something fail, and who watches."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from proof.place import Place, SqlitePlace
from real_odoo import Progress


class Ground(Protocol):
    """An engine."""

    @property
    def engine(self) -> str:
        """Its name."""

    def place(self, folder: Path) -> Place:
        """A new, empty database; what is a file of it lies in the folder."""


class SqliteGround:
    """SQLite: a file for each."""

    engine = "sqlite"

    def place(self, folder: Path) -> Place:
        return SqlitePlace(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is made to fail, and with which seed; `kills` at random moments stand for the extent of everything else."""

    kills: int = 1000
    seed: int = 1

    @property
    def rounds(self) -> int:
        """How often each named point and each outage is gone through."""
        return max(1, self.kills // 50)

    def chance(self, name: str) -> random.Random:
        """Random numbers of a proof's own, the same in each run with this seed."""
        return random.Random(f"{self.seed} {name}")  # noqa: S311 - a seed that can be run again


Engine_co = TypeVar("Engine_co", bound=Ground, covariant=True)


@dataclass(frozen=True, slots=True)
class Setting(Generic[Engine_co]):
    """What every proof is given."""

    ground: Engine_co
    extent: Extent
    progress: Progress


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="duebell-proof-") as folder:
        yield Path(folder)
