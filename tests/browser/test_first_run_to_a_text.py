"""From the first start to a text on a customer's phone, in a browser, with the mouse, over a real Odoo."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.served_console import NAME, PASSWORD, Console, watched_page
from duebell.demo.odoo import OwnOdoo
from duebell.demo.patience import until
from duebell.demo.sandbox import Sandbox
from duebell.demo.story import COMPANY, JOHN

LONG = 60_000
"""Milliseconds in which a real Odoo has answered."""


@pytest.fixture
def page(browser: Browser, console: Console) -> Iterator[Page]:
    """A browser of somebody who has just installed it; at the end nothing was wrong on any page."""
    context = browser.new_context(base_url=console.url)
    page, wrong = watched_page(context, console.url)
    yield page
    context.close()
    assert wrong == []


def test_from_the_first_start_to_a_text_on_the_phone(page: Page, console: Console, odoo: OwnOdoo, sandbox: Sandbox) -> None:
    _become_administrator(page, console)
    _connect(page, odoo)
    _choose_events(page)
    _bill_john(console)
    # then John's phone has the text, and the event's page shows the whole way there
    number = console.events_of(JOHN.id)[0]["subject"]
    (text,) = until(lambda: sandbox.texts(JOHN.phone), "the text", seconds=60)
    assert text.startswith(f"{COMPANY}: invoice {number} of $30.00")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Events").click()
    page.get_by_role("link", name="Invoice generated").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoice generated")
    until(lambda: page.reload() and page.get_by_text("SMS delivered").count(), "the delivery on the page", seconds=30)
    assert page.get_by_role("link", name="Open in Odoo").get_attribute("href").startswith(odoo.url)
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_text("First start")).to_have_count(0)


def _become_administrator(page: Page, console: Console) -> None:
    """Failure first: the passwords differ; the name stays typed."""
    page.goto(console.first_run)
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(f"{PASSWORD}, nearly")
    page.get_by_role("button", name="Make this administrator").click()
    expect(page.get_by_role("alert")).to_contain_text("The two passwords differ")
    expect(page.get_by_label("Name")).to_have_value(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Make this administrator").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


def _connect(page: Page, odoo: OwnOdoo) -> None:
    """Failure first: a key that Odoo doesn't know. The hint comes first, what was typed stays, and then it is right."""
    expect(page.get_by_role("heading", name="First start")).to_be_visible()
    page.get_by_role("link", name="Type address and key").click()
    page.get_by_label("Address of Odoo").fill(odoo.url)
    page.get_by_text("More options").click()
    page.get_by_label("Database").fill(odoo.database)
    page.get_by_label("API key (needed)").fill("0" * 40)
    page.get_by_role("button", name="Verify and apply").click()
    expect(page.get_by_role("alert")).to_contain_text("failed", timeout=LONG)
    expect(page.get_by_label("Address of Odoo")).to_have_value(odoo.url)
    expect(page.get_by_label("Database")).to_have_value(odoo.database)
    page.get_by_label("API key (needed)").fill(odoo.key)
    page.get_by_role("button", name="Verify and apply").click()
    expect(page.get_by_text("Global.OdooCRM is verified and in force.")).to_be_visible(timeout=LONG)
    assert page.get_by_role("listitem").filter(has_text="Passed").count() > 5


def _choose_events(page: Page) -> None:
    """What nobody wants to hear of is switched off, and on again."""
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Handlers").click()
    generated = page.get_by_role("row", name="Invoice generated").get_by_role("switch")
    expect(generated).to_be_checked()
    generated.click()
    expect(generated).not_to_be_checked()
    generated.click()
    expect(generated).to_be_checked()


def _bill_john(console: Console) -> None:
    console.add_customer(JOHN)
    console.post(f"/billing/customers/{JOHN.id}/invoices")
