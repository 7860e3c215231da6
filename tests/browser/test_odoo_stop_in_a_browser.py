"""What the CSP's people do in Odoo to stop messages, and to leave a customer in peace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.odoo_app import an_invoice, at_work, owing, tell
from duebell.demo.odoo import OwnOdoo

PROMISING = {"external_id": "promising", "name": "Promising Payer", "reference": "C-3001", "email": "promising@example.com"}


@pytest.fixture
def page(browser: Browser, odoo: OwnOdoo) -> Iterator[Page]:
    context, page = at_work(browser, odoo)
    yield page
    context.close()


def test_a_manager_stops_all_messages_and_the_app_says_so_until_he_ends_it(page: Page) -> None:
    page.goto("/odoo/billing-stop")
    banner = page.locator(".o_duebell_standing")
    page.get_by_role("button", name="STOP all messages").click()
    page.locator(".modal").get_by_role("button", name="Ok").click()
    expect(banner).to_contain_text("STOP: nobody is told anything")
    page.goto("/odoo/billing-messages")
    expect(banner).to_contain_text("STOP: nobody is told anything")
    banner.get_by_role("button", name="Stop and limits").click()
    page.get_by_role("button", name="End the stop").click()
    page.locator(".modal").get_by_role("button", name="Ok").click()
    expect(page.get_by_role("button", name="STOP all messages")).to_be_visible()
    expect(banner).to_have_count(0)


def test_a_promise_to_pay_says_that_billing_still_suspends(page: Page, odoo: OwnOdoo) -> None:
    soon = datetime.now(UTC).date() + timedelta(days=9)
    standing = owing("30.00", next_step="suspend", next_step_on=str(soon))
    tell(odoo, "invoice.overdue", PROMISING, standing, invoice=an_invoice("INV-9", str(soon - timedelta(days=20))))
    page.goto("/odoo/billing-customers?view_type=list")
    page.get_by_text(PROMISING["name"]).first.click()
    page.get_by_role("button", name="Let rest").click()
    dialog = page.locator(".modal")
    dialog.locator("[name=until] input").fill(f"{datetime.now(UTC) + timedelta(days=5):%m/%d/%Y}")
    dialog.locator("[name=note] input").fill("by bank transfer")
    dialog.get_by_role("button", name="Save").click()
    said = page.locator("[name=rest_line]")
    expect(said).to_contain_text("Promised to pay: reminders rest until")
    expect(said).to_contain_text("Billing still suspends on")
