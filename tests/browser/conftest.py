"""Debian's Chromium, and consoles with a real Odoo behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

import chromium
from browser.served_console import Console, play_a_month
from duebell.demo.odoo import OwnOdoo
from duebell.demo.sandbox import Sandbox
from duebell.demo.story import COMPANY
from real_odoo import Cluster


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # A real Odoo draws its pages slowly while other tests have the processors.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(sender=COMPANY) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def odoo(cluster: Cluster, sandbox: Sandbox, request: pytest.FixtureRequest) -> Iterator[OwnOdoo]:
    """A real Odoo of the module's own: a Duebell that tells it is its only one."""
    database = request.module.__name__.rpartition(".")[2]
    with OwnOdoo(cluster.installation.run, sandbox, database=database) as odoo:
        yield odoo
    cluster.drop(database)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Iterator[Console]:
    """A console at first start."""
    folder: Path = tmp_path_factory.mktemp("console")
    with Console(folder / "data", sandbox=sandbox.phone_url) as console:
        yield console


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Serves a page on an origin that isn't the console's; its address."""
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever).start()

        def serve(html: str) -> str:
            (tmp_path / "page.html").write_text(html, encoding="utf-8")
            return f"http://127.0.0.1:{server.server_port}/page.html"

        yield serve
        server.shutdown()


@pytest.fixture(scope="module")
def month(console: Console, odoo: OwnOdoo) -> Console:
    """A console after a month of John Doe's, to which an administrator can log in."""
    console.add_administrator()
    console.connect(odoo)
    play_a_month(console)
    return console
