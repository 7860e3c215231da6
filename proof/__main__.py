"""`make proof`: bring faults about, print what came of them, and write it to `build/proof.json`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from proof import frozen, full_disk, kills, odoo, outages, postgres_outages, power
from proof.errors import ProofBroken
from proof.ground import Extent, Ground, Setting, SqliteGround, own_folder
from proof.inlet import proofs as inlet
from proof.inlet import several
from proof.portabilling.proofs import of_reading, of_taking_over
from proof.postgres import PostgresGround
from proof.verdict import Verdict
from proof.worker import quiet
from real_odoo import Installation, Progress, RealOdooError
from real_odoo import progress as progress_of

ON_BOTH: Mapping[str, Callable[[Setting[Ground]], Iterator[Verdict]]] = {
    "kills": kills.of_workers,
    "network": outages.around_the_target,
    "disk": full_disk.of_the_disk,
    "odoo": odoo.of_odoo,
    "inlet": inlet.of_the_inlet,
    "reading": of_reading,
    "take-over": of_taking_over,
}
ON_SQLITE: Mapping[str, Callable[[Setting[SqliteGround]], Iterator[Verdict]]] = {**ON_BOTH, "power": power.of_power}
ON_POSTGRESQL: Mapping[str, Callable[[Setting[PostgresGround]], Iterator[Verdict]]] = {
    **ON_BOTH,
    "inlet": several.of_the_inlet,
    "postgresql": postgres_outages.of_postgresql,
    "frozen": frozen.of_several,
}
RESULT = Path(__file__).resolve().parents[1] / "build" / "proof.json"
_INTERRUPTED = 130


def main() -> int:
    parser = argparse.ArgumentParser(prog="proof", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="at random moments; everything else shrinks with it")
    parser.add_argument("--seed", type=int, default=1, help="of all that is chosen")
    parser.add_argument("--only", choices={**ON_SQLITE, **ON_POSTGRESQL}, help="carry this part out only")
    options = parser.parse_args()
    quiet()
    progress = progress_of.on(sys.stderr)
    verdicts: list[Verdict] = []
    try:
        for verdict in _verdicts(Extent(kills=options.kills, seed=options.seed), options.only, progress):
            verdicts.append(verdict)  # noqa: PERF402 - those before one that breaks are kept
    except (ProofBroken, RealOdooError) as error:
        print(f"{error}\nNothing was written. What came before:", file=sys.stderr)
        print_table(verdicts)
        return 1
    except KeyboardInterrupt:
        print("Interrupted: what was started is ended, nothing was written. What came before:", file=sys.stderr)
        print_table(verdicts)
        return _INTERRUPTED
    print_table(verdicts)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([verdict.as_json() for verdict in verdicts], indent=2) + "\n", encoding="utf-8")
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def print_table(verdicts: Sequence[Verdict]) -> None:
    """A line for each proof, and below it whatever its rows don't explain."""
    table = Table()
    for title in ("what was done", "engine", "faults", "events", "lost", "doubled", "out of order", "besides"):
        table.add_column(title, justify="left" if title in {"what was done", "engine", "besides"} else "right")
    for verdict in verdicts:
        found = verdict.figures
        numbers = (verdict.faults, found.events, found.lost, found.doubled, found.out_of_order)
        besides = "\n".join((verdict.remark, *verdict.unexplained))
        table.add_row(verdict.name, verdict.engine, *map(str, numbers), besides)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _verdicts(extent: Extent, only: str | None, progress: Progress) -> Iterator[Verdict]:
    on_sqlite = Setting(SqliteGround(), extent, progress)
    for name, part in ON_SQLITE.items():
        if only in {None, name}:
            yield from part(on_sqlite)
    with (
        own_folder() as folder,
        PostgresGround(Installation.ensure(progress=progress), folder / "server", progress) as ground,
    ):
        on_postgresql = Setting(ground, extent, progress)
        for name, of_it in ON_POSTGRESQL.items():
            if only in {None, name}:
                yield from of_it(on_postgresql)


if __name__ == "__main__":
    sys.exit(main())
