"""A customer whom no contact's reference leads to waits in Odoo, and a person says there who it is."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from browser.odoo_app import an_invoice, at_work, owing, tell
from duebell.demo.odoo import OwnOdoo

KNOWN = {"external_id": "known", "name": "Known Payer", "reference": "C-3001", "email": "payer@example.com"}
STRANGER = {"external_id": "stranger", "name": "A. Stranger", "reference": "C-3002", "email": "payer@example.com"}


def test_who_waits_is_linked_to_the_contact_that_is_suggested_and_his_events_run(odoo: OwnOdoo, browser: Browser) -> None:
    tell(odoo, "invoice.generated", KNOWN, owing("0.00"), invoice=an_invoice("INV-1", "2026-11-15"))
    overdue = an_invoice("INV-2", "2026-11-15")
    tell(odoo, "invoice.overdue", STRANGER, owing("30.00"), invoice=overdue, unmatched="wait")
    context, page = at_work(browser, odoo)

    page.goto("/odoo/billing-to-link")
    row = page.locator(".o_data_row", has_text=STRANGER["name"])
    expect(row).to_contain_text(KNOWN["name"])
    expect(row).to_contain_text("same e-mail")
    row.get_by_role("button", name="Link").click()
    suggested = page.locator(".modal .o_data_row", has_text=KNOWN["name"])
    suggested.get_by_role("button", name="Link").click()
    expect(page.get_by_text("Every billing customer has a contact")).to_be_visible()

    page.goto("/odoo/contacts")
    page.get_by_text(KNOWN["name"], exact=True).first.click()
    banner = page.locator("[name=duebell_banner]")
    expect(banner).to_contain_text(STRANGER["name"])
    expect(banner).to_contain_text("$30.00 overdue")
    context.close()
