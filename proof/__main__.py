"""`make proof`: bring faults about, print what came of them, and write it to `build/proof.json`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from proof import kills, power
from proof.errors import ProofBroken
from proof.ground import Extent, Setting, SqliteGround
from proof.verdict import Verdict
from proof.worker import quiet
from real_odoo import RealOdooError
from real_odoo import progress as progress_of

ON_EACH_ENGINE: Mapping[str, Callable[[Setting], Verdict]] = {
    "points": kills.at_every_point,
    "moments": kills.at_random_moments,
    "power": power.failures,
}
RESULT = Path(__file__).resolve().parents[1] / "build" / "proof.json"
_INTERRUPTED = 130


def main() -> int:
    parser = argparse.ArgumentParser(prog="proof", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="at random moments; everything else shrinks with it")
    parser.add_argument("--seed", type=int, default=1, help="of all that is chosen")
    parser.add_argument("--only", choices=ON_EACH_ENGINE, help="carry this one out only")
    options = parser.parse_args()
    quiet()
    setting = Setting(SqliteGround(), Extent(kills=options.kills, seed=options.seed), progress_of.on(sys.stderr))
    try:
        verdicts = [ON_EACH_ENGINE[name](setting) for name in ([options.only] if options.only else ON_EACH_ENGINE)]
    except (ProofBroken, RealOdooError) as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted: what was started is ended, nothing was written.", file=sys.stderr)
        return _INTERRUPTED
    Console(width=None if sys.stdout.isatty() else 160).print(table_of(verdicts))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([verdict.as_json() for verdict in verdicts], indent=2) + "\n", encoding="utf-8")
    return 0 if all(verdict.holds for verdict in verdicts) else 1


def table_of(verdicts: Sequence[Verdict]) -> Table:
    """A line for each proof, and one for whatever its rows don't explain."""
    table = Table()
    for title in ("what was done", "engine", "faults", "events", "lost", "doubled", "out of order", "besides"):
        table.add_column(title, justify="left" if title in {"what was done", "engine", "besides"} else "right")
    for verdict in verdicts:
        found = verdict.figures
        numbers = (verdict.faults, found.events, found.lost, found.doubled, found.out_of_order)
        table.add_row(verdict.name, verdict.engine, *map(str, numbers), "\n".join((verdict.remark, *verdict.unexplained)))
    return table


if __name__ == "__main__":
    sys.exit(main())
