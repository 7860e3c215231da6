"""What a replay did, or would do, as people read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from duebell.cli.output import say, show_rows

LISTED = 20
"""Lines by customer on the screen; `--json` has more."""
_TENSES = {
    "tell": ("would be told again", "told again"),
    "timeline": ("would reach the timeline only", "timeline only"),
    "leave out": ("left out", "left out"),
}
_COLUMNS = {"count": "Events", "type": "Type", "handler": "Handler", "what": "What", "because": "Because"}


def show_report(report: Mapping[str, Any]) -> None:
    """Whom it is about, the totals, and what to do next."""
    if not report["totals"]:
        say("No event that was ever owed to a handler is meant.")
        return
    customers = [_line(row, done=report["done"]) for row in report["customers"] if row["action"] != "leave out"]
    if customers:
        show_rows(customers[:LISTED], {"customer": "Customer", "customer_name": "Name", **_COLUMNS}, as_json=False, empty="")
        if further := len(customers) - LISTED + report["further"] if len(customers) > LISTED else report["further"]:
            say(f"and {further} lines more: --json lists them as far as they are kept.")
        say("")
    totals = [_line(row, done=report["done"]) for row in report["totals"]]
    show_rows(totals, _COLUMNS, as_json=False, empty="")
    say(f"\n{_end(report['totals'], done=report['done'], as_of=report['as_of'])}")


def _line(row: Mapping[str, Any], *, done: bool) -> dict[str, Any]:
    return {**row, "what": _TENSES[row["action"]][done]}


def _end(totals: Sequence[Mapping[str, Any]], *, done: bool, as_of: int) -> str:
    count = sum(row["count"] for row in totals if row["action"] != "leave out")
    if not count:
        return "There is nothing to replay."
    if done:
        return (
            f"{count} owed anew, at the end of their customers' lines. To go on or repeat without doubling: --as-of {as_of}."
        )
    return f"Nothing was done. To replay these {count}, repeat the command with: --as-of {as_of} --yes"
