"""What the CSP's people see in Odoo of what billing tells: on the contact, in the app, on the page about the link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.odoo_app import LONG, an_invoice, at_work, owing, tell, usd
from duebell.demo.odoo import PASSWORD, OwnOdoo
from duebell.demo.story import JOHN

LATE = {"external_id": "late", "name": "Late Payer", "reference": "C-2001", "email": "late@example.com"}
SILENT = {"external_id": "silent", "name": "Silent Payer", "reference": "C-2002"}
SUSPENDED = {"external_id": JOHN.id, "name": JOHN.name, "reference": "C-1001", "phone": JOHN.phone}


def day(offset: int) -> str:
    return str((datetime.now(UTC) + timedelta(days=offset)).date())


@pytest.fixture(scope="module")
def told(odoo: OwnOdoo) -> OwnOdoo:
    """Three customers: one suspended, one to be suspended in three days, one who was told by no means and owes for long."""
    invoice = an_invoice("INV-1", day(-10), link="https://billing.example.com/1")
    suspended = owing(
        "30.00", status="suspended", amount_to_restore=usd("30.00"), next_step="terminate", next_step_on=day(20)
    )
    commitment = {
        "reference": "K-1",
        "service": "Internet",
        "started_on": day(-90),
        "ends_on": day(270),
        "penalty": usd("50.00"),
    }
    tell(odoo, "commitment.started", SUSPENDED, owing("0.00"), commitment=commitment)
    tell(odoo, "invoice.overdue", SUSPENDED, owing("30.00"), invoice=invoice)
    tell(odoo, "customer.suspended", SUSPENDED, suspended, invoice=invoice, reason="non_payment")
    soon = owing("30.00", next_step="suspend", next_step_on=day(3))
    tell(odoo, "invoice.overdue", LATE, soon, invoice=an_invoice("INV-2", day(-4)))
    later = owing("12.00", next_step="suspend", next_step_on=day(15))
    tell(odoo, "invoice.overdue", SILENT, later, invoice=an_invoice("INV-3", day(-40)))
    return odoo


@pytest.fixture
def page(browser: Browser, told: OwnOdoo) -> Iterator[Page]:
    context, page = at_work(browser, told)
    yield page
    context.close()


def test_the_contact_says_what_is_owed_what_comes_next_and_leads_on(page: Page) -> None:
    page.goto("/odoo/contacts")
    page.get_by_text(JOHN.name, exact=True).first.click()
    banner = page.locator("[name=duebell_banner]")
    for words in ("Suspended", "$30.00 overdue", "(10 days)", "$30.00 restores the service", "The contract ends on"):
        expect(banner).to_contain_text(words)
    expect(banner.get_by_role("link", name="Invoice INV-1")).to_have_attribute("href", "https://billing.example.com/1")
    page.get_by_role("tab", name="Billing").click()
    commitments = page.locator("[name=duebell_commitment_ids]")
    expect(commitments.get_by_role("row", name="Internet")).to_contain_text("$ 50.00")
    page.locator("button[name=action_duebell_customers]").click()
    expect(page.locator("[name=stage] [aria-checked=true]")).to_have_text("Suspended")
    expect(page.locator("[name=invoice_ids]").get_by_role("row", name="INV-1")).to_contain_text("Open")


def test_the_app_shows_customers_by_stage_and_finds_who_is_asked_for(page: Page) -> None:
    page.goto("/odoo/billing-customers")
    columns = page.locator(".o_kanban_group")
    facets = page.locator(".o_searchview_facet")
    expect(facets).to_contain_text("Needs attention")
    expect(columns.locator(".o_kanban_header")).to_contain_text(("Overdue", "Limited", "Suspended", "Closed"))
    facets.locator(".o_facet_remove").click()
    titles = ("Current", "Due", "Overdue", "Limited", "Suspended", "Restored", "Closed")
    expect(columns.locator(".o_kanban_header")).to_contain_text(titles)
    expect(columns.nth(titles.index("Suspended"))).to_contain_text(JOHN.name)
    overdue = columns.nth(titles.index("Overdue")).locator(".o_kanban_record:visible")
    expect(overdue).to_contain_text([SILENT["name"], LATE["name"]])
    page.locator(".o_switch_view.o_list").click()
    everybody = [JOHN.name, LATE["name"], SILENT["name"]]
    rows = page.locator(".o_list_view:not(.o_view_sample_data) .o_data_row td[name=name]")
    for asked, found in (
        ("Suspended in 7 days", [LATE["name"]]),
        ("Overdue over 30 days", [SILENT["name"]]),
        ("Overdue over 7 days", [JOHN.name, SILENT["name"]]),
        ("No phone, no e-mail", [SILENT["name"]]),
        ("My customers", []),
    ):
        # what the list is drawn for has come: drawing it again would close the menu
        expect(rows).to_have_text(everybody)
        page.locator(".o_searchview_dropdown_toggler").click()
        page.get_by_role("menuitemcheckbox", name=asked).click()
        expect(facets).to_contain_text(asked)
        expect(rows).to_have_text(found)
        page.keyboard.press("Escape")
        expect(page.get_by_role("menuitemcheckbox", name=asked)).to_have_count(0)
        facets.locator(".o_facet_remove").click()
        expect(facets).to_have_count(0)
    page.locator(".o_searchview_input").fill("30")
    page.get_by_text("Overdue over … days for: 30").click()
    expect(page.locator(".o_data_row td[name=name]")).to_have_text([SILENT["name"]])


def test_the_page_about_the_link_says_what_to_type_and_makes_the_key(page: Page, told: OwnOdoo) -> None:
    page.goto("/odoo/billing-customers")
    page.get_by_role("button", name="Configuration").click()
    page.get_by_role("menuitem", name="Link to Duebell").click()
    expect(page.locator("[name=last_event_id]")).to_contain_text("Invoice overdue INV-3")
    for field, typed in (("api_url", told.url), ("database", told.database)):
        page.locator(f"[name={field}] .o_clipboard_button").click()
        assert page.evaluate("navigator.clipboard.readText()") == typed
    # an address that no browser can open is refused, what was typed stays, and then it is right
    page.get_by_label("Address of Duebell's Console").fill("duebell.example.com")
    page.locator(".o_form_button_save").click()
    expect(page.get_by_role("dialog")).to_contain_text("must begin with http:// or https://")
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    page.get_by_label("Address of Duebell's Console").fill("https://duebell.example.com")
    page.locator(".o_form_button_save").click()
    expect(page.get_by_role("button", name="Open Duebell")).to_be_visible()
    page.get_by_role("button", name="Make a key").click()
    page.get_by_role("dialog").get_by_role("button", name="Make a key").click()
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Confirm Password").click()
    expect(page.get_by_role("dialog").last).to_contain_text(re.compile(r"[0-9a-f]{40}"), timeout=LONG)
    # then the customer's page leads to Duebell's
    page.goto("/odoo/contacts")
    page.get_by_text(JOHN.name, exact=True).first.click()
    link = page.locator("[name=duebell_banner]").get_by_role("link", name="Open in Duebell")
    expect(link).to_have_attribute("href", f"https://duebell.example.com/customers/{JOHN.id}?environment=Global")
