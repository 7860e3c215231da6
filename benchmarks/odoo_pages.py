"""What Odoo's web client asks when a page of the addon is opened: recorded in Chromium, asked again over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx2
from playwright.sync_api import BrowserContext, Page, Request, sync_playwright

import chromium
from duebell.demo.odoo import LOGIN, PASSWORD
from odoo_login import log_in

CUSTOMER = 500
"""One in the middle of the smaller crowd, who is overdue; the same in the larger one."""
_LONG = 60_000  # milliseconds in which Odoo has made its web client's assets
_CALLS = "/web/dataset/call_kw/"
_DESCRIPTIONS = "get_views"
_TIMEOUT = 120.0  # seconds
_QUIET = 1000  # milliseconds in which a page that has been answered would ask further


@dataclass(frozen=True, slots=True)
class Opening:
    """How a page is opened: an address, and then perhaps a filter of its search, by name, or no filter at all."""

    path: str
    filter: str | None = None
    unfiltered: bool = False


OPENINGS: Mapping[str, Opening] = {
    "customers": Opening("billing-customers"),
    "customers, all stages": Opening("billing-customers", unfiltered=True),
    "customers, list": Opening("billing-customers?view_type=list"),
    "customers, list of all": Opening("billing-customers?view_type=list", unfiltered=True),
    "customers, list of the overdue": Opening("billing-customers?view_type=list", filter="Overdue"),
    "customers, pivot": Opening("billing-customers?view_type=pivot"),
    "customers, graph": Opening("billing-customers?view_type=graph"),
    "a customer": Opening(f"billing-customers/{CUSTOMER}"),
    "to link": Opening("billing-to-link"),
    "events": Opening("billing-events"),
    "events, not told": Opening("billing-events", filter="Not told"),
    "messages": Opening("billing-messages"),
    "messages, on the way": Opening("billing-messages", filter="On the way"),
    "failed": Opening("billing-failed-messages"),
    "paid after reminders": Opening("billing-reminder-report"),
    "messages and cost": Opening("billing-message-report"),
    "failures by reason": Opening("billing-failure-report"),
    "events by day": Opening("billing-event-report"),
    "events by day, pivot": Opening("billing-event-report?view_type=pivot"),
}
"""Each page of the app that grows with its customers, by what the table calls it."""
DESCRIPTION = "a page's description"
"""What the browser asks once and keeps: the customers' views, fields and filters."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One call of the web client's."""

    path: str
    body: str

    @property
    def params(self) -> dict[str, Any]:
        """Of the call: model, method, args, kwargs."""
        params: dict[str, Any] = json.loads(self.body)["params"]
        return params


Asks = Mapping[str, Sequence[Ask]]
"""By page, what opening it asks, in order."""


def recorded(url: str, database: str, contact: int) -> Asks:
    """Open each page once.

    Args:
        url: of a running Odoo.
        database: of those that it serves.
        contact: id of a contact whose banner is asked for, too.

    Raises:
        RuntimeError: a page asked nothing.
    """
    openings = {**OPENINGS, "a contact": Opening(f"contacts/{contact}")}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.QUIET)
        context = _logged_in(browser.new_context(base_url=url), database)
        asks = {name: _opened(context, opening) for name, opening in openings.items()}
        browser.close()
    found = {name: [ask for ask in of_page if ask.params["method"] != _DESCRIPTIONS] for name, of_page in asks.items()}
    if silent := [name for name, of_page in found.items() if not of_page]:
        raise RuntimeError(f"Opening these pages asked Odoo nothing: {', '.join(silent)}.")
    described = [ask for ask in asks["customers"] if ask.params["method"] == _DESCRIPTIONS]
    return {**found, DESCRIPTION: described}


def _logged_in(context: BrowserContext, database: str) -> BrowserContext:
    context.set_default_timeout(_LONG)
    page = context.new_page()
    log_in(page, database)
    page.close()
    return context


def _opened(context: BrowserContext, opening: Opening) -> list[Ask]:
    asks: list[Ask] = []
    page = context.new_page()
    page.on("request", lambda request: asks.extend(_of_the_addon(request)))
    _until_asked(page, lambda: page.goto(f"/odoo/{opening.path}"))
    page.locator(".o_action .o_content").first.wait_for()
    if opening.filter or opening.unfiltered:
        _clear(page, asks)
    if opening.filter:
        asks.clear()
        page.locator(".o_searchview_dropdown_toggler").click()
        choice = page.get_by_role("menuitemcheckbox", name=opening.filter, exact=True)
        _until_asked(page, choice.click)
    page.close()
    return asks


def _clear(page: Page, asks: list[Ask]) -> None:
    """Take the page's own filters away; what it asks then is what counts."""
    removable = page.locator(".o_searchview_facet .o_facet_remove")
    while removable.count():
        asks.clear()
        _until_asked(page, removable.first.click)


def _until_asked(page: Page, act: Callable[[], object]) -> None:
    """Do something, until Odoo has answered and the page asks no more."""
    with page.expect_response(lambda response: bool(_of_the_addon(response.request))):
        act()
    page.wait_for_timeout(_QUIET)


def _of_the_addon(request: Request) -> list[Ask]:
    path = request.url.partition(_CALLS)[2]
    ours = path.startswith(("duebell.", "res.partner/web_read"))
    return [Ask(_CALLS + path, request.post_data or "")] if ours else []


class Asker:
    """Somebody logged in to one database of an Odoo; a context manager."""

    def __init__(self, url: str, database: str) -> None:
        self._database = database
        self._client = httpx2.Client(base_url=url, timeout=_TIMEOUT)

    def __enter__(self) -> Self:
        self._call("/web/session/authenticate", {"db": self._database, "login": LOGIN, "password": PASSWORD})
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._client.close()

    def took(self, asks: Sequence[Ask]) -> float:
        """Milliseconds until all of these were answered, one after the other.

        Raises:
            RuntimeError: Odoo answered one of them with an error.
        """
        began = time.perf_counter()
        for ask in asks:
            self._post(ask.path, ask.body)
        return (time.perf_counter() - began) * 1000

    def _call(self, path: str, params: Mapping[str, Any]) -> None:
        self._post(path, json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}))

    def _post(self, path: str, body: str) -> None:
        answer = self._client.post(path, content=body, headers={"Content-Type": "application/json"})
        if "error" in answer.raise_for_status().json():
            raise RuntimeError(f"Odoo answered {path} with an error: its log says why.")
