"""What takes its time shows, in a page that arrives piece by piece, the last step alone; and none once it is through."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from threading import Event, Thread
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.staticfiles import StaticFiles
from playwright.sync_api import Browser, expect

from duebell.console.access.principal import LOCAL
from duebell.console.pages.checks import CUT
from duebell.console.pages.progress import pieces
from duebell.console.pages.rendering import FOLDER, Templates

REPORT = {"customers": 300, "known": 0, "taken_over": 300, "unread": 0, "because": None}


def html(line: dict[str, Any] | None = None, *, running: bool = False) -> str:
    """The page of a take-over."""
    page = {"environment": "Global", "configured": True, "paused": True, "customers": 0, "since": "3d", "told_since": "3d"}
    done = {"work": "take over", "report": line, "wrong": "", "at": "", "record": False, "told": None, "listed": 100}
    around = {"principal": LOCAL, "places": (), "path": "/", "csrf": ""}
    return Templates().render("cut_over.html", cut=CUT, running=running, **page, **done, **around)


@pytest.fixture
def ended() -> Event:
    """Set: the work is through."""
    return Event()


@pytest.fixture
def url(ended: Event) -> Iterator[str]:
    """Where the page arrives as far as the work is."""

    async def lines() -> AsyncIterator[dict[str, Any]]:
        for done in (100, 200):
            yield {"done": done, "of": 300}
        await asyncio.to_thread(ended.wait)
        yield REPORT

    app = FastAPI()
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))

    @app.get("/")
    async def page() -> StreamingResponse:
        return StreamingResponse(pieces(lines(), html), media_type="text/html; charset=utf-8")

    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = Thread(target=server.run, kwargs={"sockets": [bound]})
        serving.start()
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/"
        ended.set()
        server.should_exit = True
        serving.join()


def test_the_last_step_shows_while_the_page_arrives_and_the_report_in_its_place(
    browser: Browser, url: str, ended: Event
) -> None:
    page = browser.new_page()
    page.goto(url, wait_until="commit")
    expect(page.get_by_text("200 of 300")).to_be_visible()
    expect(page.get_by_text("100 of 300")).to_be_hidden()
    # also once everything is drawn anew, while Chromium takes no child for the last one yet
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 600})
    assert page.get_by_text("200 of 300").is_visible()

    ended.set()
    expect(page.get_by_role("heading", name="300 customers were taken over")).to_be_visible()
    expect(page.get_by_text("200 of 300")).to_be_hidden()
    page.close()
