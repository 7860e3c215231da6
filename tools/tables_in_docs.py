"""Publish anew the tables that docs have from the code: the metrics, and the API's errors. A test compares them.

python -m tables_in_docs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from duebell.console import app as _app  # noqa: F401 - knows all errors
from duebell.console.problems import TYPE, kinds
from duebell.metrics import catalogue

DOCS = Path(__file__).resolve().parent.parent / "docs"


def metrics() -> str:
    """What each metric means."""
    rows = ["| metric | kind | labels | what it means | over several processes |", "|---|---|---|---|---|"]
    for metric in catalogue.METRICS:
        labels = ", ".join(f"`{label}`" for label in metric.labels) or "-"
        together = "sum" if metric in catalogue.OF_THIS_PROCESS else "maximum"
        rows.append(f"| `{metric.name}` | {metric.kind} | {labels} | {metric.meaning} | {together} |")
    return "\n".join(rows)


def errors() -> str:
    """What each error's `type` is, and means."""
    rows = ["| `type` | status | what it means |", "|---|---|---|"]
    rows += [f"| `{TYPE}{kind.slug}` | {kind.status:d} | {kind.meaning} |" for kind in kinds()]
    return "\n".join(rows)


TABLES: Mapping[str, Callable[[], str]] = {"metrics.md": metrics, "api.md": errors}


def published(page: str, table: str) -> str:
    """The page with this table where it has its own."""
    begin, end = "<!-- made by `python -m tables_in_docs` -->\n", "\n<!-- up to here -->"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}{table}{end}{after}"


if __name__ == "__main__":
    for name, table in TABLES.items():
        file = DOCS / name
        file.write_text(published(file.read_text(encoding="utf-8"), table()), encoding="utf-8")
