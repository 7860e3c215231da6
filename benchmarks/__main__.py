"""`make bench`: measure, print a table, and write it to `build/bench.json`."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from benchmarks import console, odoo, odoo_release, odoo_views
from benchmarks.espf import table
from benchmarks.figure import Figure
from benchmarks.portabilling import accepting, reading
from real_odoo import Progress, RealOdooError
from real_odoo import progress as progress_of

PARTS: Mapping[str, Callable[[Progress], list[Figure]]] = {
    "odoo": odoo.measure,
    "odoo-views": odoo_views.measure,
    "odoo-release": odoo_release.measure,
    "espf": table.measure,
    "console": console.measure,
    "portabilling": lambda progress: [*accepting.measure(progress), *reading.measure(progress)],
}
RESULT = Path(__file__).resolve().parents[1] / "build" / "bench.json"
_INTERRUPTED = 130


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="measure this part only")
    parser.add_argument("--backlog", type=int, default=odoo_release.BACKLOG, help="messages that odoo-release drains")
    wanted = parser.parse_args()
    only: str | None = wanted.only
    parts = {**PARTS, "odoo-release": partial(odoo_release.measure, many=wanted.backlog)}
    # What the service logs of each call would draw over the progress; failures are still seen.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        figures = [figure for name in ([only] if only else parts) for figure in parts[name](progress_of.on(sys.stderr))]
    except (RealOdooError, RuntimeError, TimeoutError) as error:
        print(f"{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted: what was started is ended, nothing was written.", file=sys.stderr)
        return _INTERRUPTED
    Console(width=None if sys.stdout.isatty() else 160).print(table_of(figures))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([figure.as_json() for figure in figures], indent=2) + "\n", encoding="utf-8")
    return 0


def table_of(figures: Sequence[Figure]) -> Table:
    """Medians, in brackets between which values the runs lay."""
    table = Table()
    for title in ("what", "unit", "ours", "other", "which other", "ratio", "aim", ""):
        table.add_column(title, justify="right" if title in {"ours", "other", "ratio", "aim"} else "left")
    for figure in figures:
        verdict = "reached" if figure.is_good else "missed"
        numbers = (f"{figure.ratio:.2f}", f"{figure.aim:.3g}", verdict)
        table.add_row(figure.name, figure.unit, str(figure.ours), str(figure.other), figure.other_name, *numbers)
    return table


if __name__ == "__main__":
    sys.exit(main())
