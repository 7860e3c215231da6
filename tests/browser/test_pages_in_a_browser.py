"""Each page of the console in a real browser, with a month of John Doe's on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from browser.served_console import HOSTILE, MARKUP, Console, logged_in, watched_page
from duebell.console.pages.rendering import NAVIGATION
from duebell.demo.story import JOHN

DETAILS = {
    "an event": "/events/{suspended}",
    "an event full of markup": "/events/{hostile}",
    "messages": "/events/{suspended}/messages",
    "messages full of markup": "/events/{hostile}/messages",
    "a refused event": "/events/{refused}",
    "no event": "/events/00000000-0000-0000-0000-000000000000",
    "found events": "/events?search=John&since=90d",
    "wrongly filtered events": "/events?since=yesteryear",
    "a replay": "/events/replay?event_id={suspended}",
    "a customer": f"/customers/{JOHN.id}",
    "a customer full of markup": f"/customers/{HOSTILE}",
    "a subscription": "/handlers/OdooCRM/subscriptions/invoice.overdue",
    "a group": "/configuration/Global/OdooCRM",
    "versions": "/configuration/versions",
    "a version": "/configuration/versions/1",
    "Verify of a group": "/verify/Global/OdooCRM",
    "first start": "/start",
    "a cut-over": "/from-portabilling/sources/Global/cut-over",
    "stopping": "/telling",
    "help": "/help/verify",
    "an account": "/account",
}
PAGES = {**{place.title: place.path for place in NAVIGATION}, **DETAILS}
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 390)]


@pytest.fixture(scope="module")
def context(browser: Browser, month: Console) -> Iterator[BrowserContext]:
    context = logged_in(browser, month, reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture(scope="module", params=PAGES.values(), ids=PAGES)
def shown(request: pytest.FixtureRequest, context: BrowserContext, month: Console) -> Iterator[tuple[Page, list[str]]]:
    """Each page, and what a browser complains of on it."""
    suspended, hostile, refused = (
        month.events_of(customer, **filters)[0]["id"]
        for customer, filters in (
            (JOHN.id, {"type": "customer.suspended"}),
            (HOSTILE, {"state": "provisioned"}),
            (HOSTILE, {"state": "refused"}),
        )
    )
    page, wrong = watched_page(context, month.url)
    page.goto(request.param.format(suspended=suspended, hostile=hostile, refused=refused), wait_until="load")
    yield page, wrong
    page.close()


def test_each_page_can_be_read_by_everybody_at_any_width_in_any_light(shown: tuple[Page, list[str]]) -> None:
    page, wrong = shown
    found = {}
    for scheme, width in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        found[scheme, width] = [*_unreadable(page), *_too_wide(page)]
    # then axe has nothing serious to say, nothing has to be scrolled sideways, and the browser has nothing to complain of
    assert {look: told for look, told in found.items() if told} == {}
    assert wrong == []


def test_what_customers_are_called_is_text_on_each_page(shown: tuple[Page, list[str]]) -> None:
    page, _ = shown
    assert page.locator("img[src='x'], main b[title]").count() == 0
    assert page.locator("script:not([src])").count() == 0
    assert "&amp;lt;" not in page.content(), "it is escaped twice"


@pytest.mark.parametrize("path", ["/events", "/customers", f"/customers/{HOSTILE}", "/alarms", "/audit"])
def test_a_name_full_of_markup_reads_as_it_was_typed(context: BrowserContext, month: Console, path: str) -> None:
    page, wrong = watched_page(context, month.url)
    page.goto(path)
    if path in {"/customers", "/events", f"/customers/{HOSTILE}"}:
        assert page.get_by_text(MARKUP).count() >= 1
    assert wrong == []
    page.close()


def _unreadable(page: Page) -> list[str]:
    """What axe finds serious or critical: the rule, and where."""
    violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in violations
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def _too_wide(page: Page) -> list[str]:
    """By how many pixels the page is wider than the window."""
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{over} pixels too wide"] if over > 0 else []
