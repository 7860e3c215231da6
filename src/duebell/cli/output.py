"""How the command line shows things: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
"""The option of every command that lists or shows."""

_UNBROKEN = 10_000
"""Columns of what is no terminal: each row stays one line there, as `grep` and `awk` want it."""

screen = Console(highlight=False, width=None if sys.stdout.isatty() else _UNBROKEN)
"""Standard output."""
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def show_rows(
    rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
    *,
    as_json: bool,
    empty: str,
    unbroken: Collection[str] = (),
) -> None:
    """A list: `columns` maps keys of the rows to headings. As JSON the rows are printed whole.

    What doesn't fit the terminal goes on in the next line, but for the `unbroken` columns; nothing is cut off.
    """
    if as_json:
        show_json(rows)
        return
    if not rows:
        say(empty)
        return
    table = Table(box=None, pad_edge=False, collapse_padding=True, header_style="bold")
    for key, heading in columns.items():
        table.add_column(heading, overflow="fold", no_wrap=key in unbroken)
    for row in rows:
        table.add_row(*(Text(plain(row.get(key))) for key in columns))
    screen.print(table)


def show_fields(thing: Mapping[str, Any], labels: Mapping[str, str], *, as_json: bool) -> None:
    """One thing: `labels` maps its keys to what people call them."""
    if as_json:
        show_json(thing)
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for key, label in labels.items():
        table.add_row(label, Text(plain(thing.get(key))))
    screen.print(table)


def show_json(thing: Any) -> None:
    """Two-space JSON on stdout."""
    typer.echo(json.dumps(thing, indent=2, ensure_ascii=False))


def say(sentence: str) -> None:
    """A sentence on stdout."""
    screen.print(sentence, markup=False, soft_wrap=True)


def complain(sentence: str) -> None:
    """A sentence on stderr."""
    _err.print(sentence, markup=False, style="red")


def plain(value: Any) -> str:
    """A JSON value as people write it: moments to the second, money as `30.00 USD`, nothing as `-`."""
    match value:
        case None | "":
            return "-"
        case {"amount": amount, "currency": currency}:
            return f"{amount} {currency}"
        case str() if len(value) > 18 and value[10:11] == "T":  # noqa: PLR2004 - a moment in RFC 3339
            return datetime.fromisoformat(value).strftime("%Y-%m-%d %H:%M:%S")
        case dict():
            return ", ".join(f"{key} {plain(one)}" for key, one in value.items()) or "-"
        case list():
            return ", ".join(plain(one) for one in value) or "-"
        case _:
            return str(value)
