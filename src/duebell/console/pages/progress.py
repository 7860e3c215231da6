"""Long work on a page, without scripts: how far it is arrives line by line, and what came of it at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from duebell.console.pages.checks import CUT
from duebell.console.pages.wording import count


def is_going(line: Mapping[str, Any]) -> bool:
    """Whether a line of `api.telling.going_on` tells how far the work is; else it is what came of it."""
    return "of" in line


async def pieces(
    lines: AsyncIterator[dict[str, Any]], html: Callable[..., str], first: dict[str, Any] | None = None
) -> AsyncIterator[str]:
    """The page up to where it tells how far the work is, a line for each step, and the rest once it is through.

    `html` makes the page, with `CUT` in it, of the last line; without one of what is known before. `first` came before `lines`.
    """
    yield html(running=True).partition(CUT)[0]
    line = await anext(lines) if first is None else first
    while is_going(line):
        yield f"<li>{_step(line['done'], line['of'])}</li>\n"
        line = await anext(lines)
    yield html(line, running=True).partition(CUT)[2]


def _step(done: int, of: int) -> str:
    """Where nobody knows how much there is, it is as much as was done."""
    if done == of:
        return f"{count(done)} so far"
    return f'{count(done)} of {count(of)} <progress value="{done}" max="{of}"></progress>'
