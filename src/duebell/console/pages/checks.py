"""Checks as they finish, told as HTML: a line each for our script, or within a page that arrives piece by piece without one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import structlog
from fastapi import Request
from fastapi.responses import StreamingResponse

from duebell.configuration.check import Check
from duebell.console.api.verify import help_of
from duebell.console.pages.rendering import HEADERS, Pages

log = structlog.get_logger(__name__)

CUT = "<!-- checks -->"
"""Where a page is cut in two: the checks come between as they finish."""
PIECES = "X-Duebell-Pieces"
"""The header of our script, which wants the checks alone, a line each."""
STREAM_HEADERS = HEADERS | {"X-Accel-Buffering": "no"}


def piece(pages: Pages, template: str, **shown: object) -> str:
    """A piece of HTML, on one line."""
    return " ".join(pages.html(template, **shown).split()) + "\n"


def check_piece(pages: Pages, group: str, check: Check) -> str:
    """A check's."""
    return piece(pages, "verify_check.html", check=check, help=help_of(group, check.slug))


async def told(pieces: AsyncIterator[str], broken_off: Callable[[str], str]) -> AsyncIterator[str]:
    """The pieces; where a bug of ours ends them, the one that says so: the answer has begun, and there a person sees it."""
    try:
        async for one in pieces:
            yield one
    except Exception as bug:
        log.exception("internal error")
        yield broken_off(f"Verify broke off with an internal error ({type(bug).__name__}); the log tells more.")


def streamed(request: Request, page: Callable[[], Awaitable[str]], pieces: AsyncIterator[str]) -> StreamingResponse:
    """Answer with the pieces for our script, else with the page around them: its head at once, what follows them as it is then."""
    told_so_far = pieces if PIECES in request.headers else _within(page, pieces)
    return StreamingResponse(told_so_far, media_type="text/html; charset=utf-8", headers=STREAM_HEADERS)


async def _within(page: Callable[[], Awaitable[str]], pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    yield (await page()).partition(CUT)[0]
    async for one in pieces:
        yield one
    yield (await page()).partition(CUT)[2]
