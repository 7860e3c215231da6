"""A bar on the screen for work that takes its time; nothing of it in a pipe, or on a screen that can't move its cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from duebell.errors import DuebellError

Told = Callable[[str, int, int], None]
"""Shows of what how much is done, and of how much."""


@contextmanager
def shown() -> Iterator[Told]:
    """Bars on stderr, one for each thing that is told of."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_interactive) as progress:
        bars: dict[str, Any] = {}

        def tell(what: str, done: int, of: int) -> None:
            if what not in bars:
                bars[what] = progress.add_task(what)
            progress.update(bars[what], completed=done, total=max(of, 1))

        yield tell


def followed(lines: Iterable[Mapping[str, Any]], what: str) -> Mapping[str, Any]:
    """Show how far the server is; the last line.

    Raises:
        DuebellError: it couldn't be done, in the server's own sentence.
    """
    end: Mapping[str, Any] = {}
    with shown() as tell:
        for line in lines:
            if line.keys() == {"done", "of"}:
                tell(what, line["done"], line["of"])
            else:
                end = line
    if "failed" in end:
        raise DuebellError(end["failed"])
    return end
