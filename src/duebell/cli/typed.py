"""Options typed on the command line: as KEY=value, asked for, from a file, from the environment."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any

import typer

from duebell.errors import InvalidValue

Values = Annotated[
    list[str] | None,
    typer.Argument(metavar="[KEY=value]...", help="KEY alone asks for the value (a secret isn't shown); KEY= unsets it."),
]
FromFile = Annotated[
    list[str] | None, typer.Option(metavar="KEY=PATH", help="Read a value from a file ('-' is standard input).")
]
FromEnv = Annotated[
    list[str] | None, typer.Option(metavar="KEY=NAME", help="Read a value from the environment variable NAME.")
]

Source = Callable[[], str]
"""Where a value comes from; asked only when all keys are known, so that nobody types a key for nothing."""


def given(known: Mapping[str, Mapping[str, Any]], *sources: Mapping[str, Source | None]) -> dict[str, str]:
    """The values by key; None as a source means to ask for it.

    Raises:
        InvalidValue: a key is unknown or given twice, or its value can't be had.
    """
    found: dict[str, Source | None] = {}
    for one in sources:
        for key, source in one.items():
            if key not in known:
                raise InvalidValue(f"There is no option {key!r} here: use one of {', '.join(known)}.")
            if key in found:
                raise InvalidValue(f"{key} is given in two ways: give it in one.")
            found[key] = source
    return {key: source() if source else _asked(key, secret=known[key]["secret"]) for key, source in found.items()}


def typed_values(entries: Sequence[str] | None) -> dict[str, Source | None]:
    found: dict[str, Source | None] = {}
    for entry in entries or ():
        key, equals, value = entry.partition("=")
        found[key] = partial(str, value) if equals else None
    return found


def read_values(entries: Sequence[str] | None, source: Callable[[str, str], str]) -> dict[str, Source | None]:
    return {key: partial(source, key, place) for key, place in map(_split, entries or ())}


def _split(entry: str) -> tuple[str, str]:
    key, _, place = entry.partition("=")
    if not key or not place:
        raise InvalidValue(f"{entry!r} doesn't say where a value is: write it like API_Access_Key=key.txt.")
    return key, place


def _asked(key: str, *, secret: bool) -> str:
    if not sys.stdin.isatty():
        raise InvalidValue(f"There is no terminal to ask for {key} at: use --from-file {key}=PATH or --from-env {key}=NAME.")
    return str(typer.prompt(key, hide_input=secret))
