"""Publish anew the tables that docs have from the code: metrics, errors, options, the addon's rules. A test compares them.

python -m tables_in_docs
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from duebell.configuration.fixed import variable_of
from duebell.configuration.group import Group, Option
from duebell.console import app as _app  # noqa: F401 - knows all errors
from duebell.console.problems import TYPE, kinds
from duebell.groups import declared
from duebell.metrics import catalogue
from rules_in_docs import rules

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


def options() -> str:
    """Each group with its options."""
    groups = (one.group for one in declared(lambda: datetime.now(UTC)).values())
    return "\n\n".join(f"### `{group.name}`: {group.title}\n\n{_options(group)}" for group in groups)


def _options(group: Group) -> str:
    rows = ["| option | what it is | value | default | fixed by |", "|---|---|---|---|---|"]
    for option in group.options:
        default = f"`{option.default}`" if option.default is not None else "needed" if option.required else "-"
        variable = f"`{variable_of(group.name, option.key)}`"
        rows.append(f"| `{option.key}` | {option.label}. {option.help} | {_value(option)} | {default} | {variable} |")
    return "\n".join(rows)


def _value(option: Option) -> str:
    unit = f" {option.unit}" if option.unit else ""
    if option.bounds:
        return f"{option.bounds[0]} to {option.bounds[1]}{unit}"
    return ", ".join(f"`{choice}`" for choice in option.choices) or f"{'text' if option.long else option.kind}{unit}"


TABLES: Mapping[str, Callable[[], str]] = {
    "metrics.md": metrics,
    "api.md": errors,
    "configuration.md": options,
    "odoo-rules.md": rules,
}


def published(page: str, table: str) -> str:
    """The page with this table where it has its own.

    Raises:
        ValueError: the page doesn't say where.
    """
    begin, end = "<!-- made by `python -m tables_in_docs` -->\n", "<!-- up to here -->"
    before, begun, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise ValueError(f"The page has no place for its table: write {begin.strip()} and {end} on lines of their own.")
    return f"{before}{begin}{table}\n{end}{after}"


if __name__ == "__main__":
    for name, table in TABLES.items():
        file = DOCS / name
        file.write_text(published(file.read_text(encoding="utf-8"), table()), encoding="utf-8")
