"""The manual's pages that the console links to: each check of Verify has its heading there."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markdown_it import MarkdownIt
from markdown_it.token import Token

from duebell.console.pages.rendering import ThePages
from duebell.errors import Unknown

router = APIRouter()

FOLDER = Path(__file__).parent / "help"
"""Links to the pages of docs/, so that they are part of what is installed."""
TITLES = {"verify": "Verify", "webhook": "Webhooks", "portabilling-verify": "Verify of PortaBilling", "alarms": "Alarms"}


@router.get("/help/{page}")
async def show(pages: ThePages, page: str) -> HTMLResponse:
    """One page."""
    if page not in TITLES:
        raise Unknown(f"There is no page {page!r} here: use one of {', '.join(TITLES)}.")
    return pages.answer("manual.html", title=TITLES[page], text=rendered(page))


@cache
def rendered(page: str) -> str:
    """The page as HTML; a heading that is a check's slug can be linked to by it."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse((FOLDER / f"{page}.md").read_text(encoding="utf-8"))
    for heading, words in pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", words.content.strip("`").lower().replace(" ", "-"))
        for token in words.children or ():
            _lead_within(token)
    return str(parser.renderer.render(tokens, parser.options, {}))


def _lead_within(token: Token) -> None:
    """A link to a page that is here leads there; to one that isn't, nowhere."""
    href = str(token.attrGet("href") or "")
    page, _, place = href.partition("#")
    if token.type != "link_open" or not page or "://" in page:
        return
    name = page.removesuffix(".md")
    if name in TITLES:
        token.attrSet("href", f"/help/{name}" + (f"#{place}" if place else ""))
    else:
        del token.attrs["href"]
