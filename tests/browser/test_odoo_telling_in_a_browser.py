"""What people of the CSP's who aren't Odoo's administrators do: decide how customers are told, and see to what did not arrive."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.odoo_app import an_invoice, at_work, hire, owing, tell
from duebell.demo.odoo import OwnOdoo
from duebell.demo.patience import until
from duebell.demo.sandbox import Sandbox
from duebell.demo.story import COMPANY, JOHN
from odoo_login import call

CUSTOMER = {"external_id": JOHN.id, "name": JOHN.name, "reference": "C-1001", "phone": JOHN.phone, "email": JOHN.email}
UNREACHED = {"external_id": "unreached", "name": "Unreached Payer", "reference": "C-4001", "phone": "12"}
DECIDER, CLERK = "decider", "clerk"
OWN_PHONE, NEW_PHONE = "+12025550166", "+12025550177"


@pytest.fixture(scope="module")
def staffed(browser: Browser, odoo: OwnOdoo) -> OwnOdoo:
    """With somebody who is Billing: Administrator, somebody who is Billing: User and edits contacts, and a customer whose invoice is overdue."""
    context, page = at_work(browser, odoo)
    hire(page, DECIDER, "duebell.group_manager")
    hire(page, CLERK, "duebell.group_user", "base.group_partner_manager")
    context.close()
    tell(odoo, "invoice.overdue", CUSTOMER, owing("30.00"), invoice=an_invoice("INV-1", "2026-11-15"))
    return odoo


@pytest.fixture
def decider(browser: Browser, staffed: OwnOdoo) -> Iterator[Page]:
    context, page = at_work(browser, staffed, DECIDER)
    yield page
    context.close()


@pytest.fixture
def clerk(browser: Browser, staffed: OwnOdoo) -> Iterator[Page]:
    context, page = at_work(browser, staffed, CLERK)
    yield page
    context.close()


def test_a_rule_shows_its_words_sends_a_test_and_tells_the_next_event(
    decider: Page, odoo: OwnOdoo, sandbox: Sandbox
) -> None:
    # given the rule's page, which shows what the last such customer would read
    decider.goto("/odoo/billing-message-rules")
    decider.locator(".o_data_row", has_text="Invoice overdue").filter(has_text="Any other case").click()
    expect(decider.locator("[name=preview_customer_id]")).to_contain_text(JOHN.name)
    words = f"{COMPANY}: invoice INV-1 is overdue: $30.00 was due on"
    expect(decider.locator("[name=preview_sms]")).to_contain_text(words)
    expect(decider.locator("[name=preview_sms_size]")).to_contain_text("1 SMS")
    # when it is to tell by SMS alone
    decider.get_by_label("Told By").click()
    decider.locator(".o_select_menu_item").get_by_text("SMS", exact=True).click()
    decider.locator(".o_form_button_save").click()
    expect(decider.locator("[name=preview_mail]")).to_have_count(0)
    # then a test in these words comes to the own phone
    decider.get_by_role("button", name="Send test").click()
    dialog = decider.locator(".modal")
    dialog.locator("[name=phone] input").fill(OWN_PHONE)
    dialog.get_by_role("button", name="Send").click()
    (test,) = until(lambda: sandbox.texts(OWN_PHONE), "the test", seconds=60)
    assert test.startswith(words)
    # and the next event's customer is told by SMS, and by no e-mail any more
    tell(odoo, "invoice.overdue", CUSTOMER, owing("60.00"), invoice=an_invoice("INV-2", "2026-11-20"))
    until(lambda: any("INV-2" in text for text in sandbox.texts(JOHN.phone)), "the text", seconds=60)
    decider.goto("/odoo/billing-messages")
    expect(decider.locator(".o_data_row", has_text="E-mail")).to_have_count(1)
    expect(decider.locator(".o_data_row", has_text="SMS")).to_have_count(2)


def see_to_failures(browser: Browser, odoo: OwnOdoo, contact: str, salesperson: str) -> None:
    """What Odoo does every five minutes, with the contact as one of the salesperson's."""
    context, page = at_work(browser, odoo)
    (who,) = call(page, "res.users", "search", [["login", "=", salesperson]])
    call(page, "res.partner", "write", call(page, "res.partner", "search", [["name", "=", contact]]), {"user_id": who})
    _model, cron = call(page, "ir.model.data", "check_object_reference", "duebell", "cron_failures")
    call(page, "ir.cron", "method_direct_trigger", [cron])
    context.close()


def test_what_failed_is_on_the_contact_and_goes_again_from_the_list(
    browser: Browser, clerk: Page, staffed: OwnOdoo, sandbox: Sandbox
) -> None:
    # given a text that had nowhere to go
    suspended = owing("30.00", status="suspended", amount_to_restore=owing("30.00")["total_overdue"])
    invoice = an_invoice("INV-3", "2026-11-15")
    tell(staffed, "customer.suspended", UNREACHED, suspended, invoice=invoice, reason="non_payment")
    # then the contact's salesperson has an activity there
    see_to_failures(browser, staffed, UNREACHED["name"], CLERK)
    clerk.goto("/odoo/contacts")
    clerk.get_by_text(UNREACHED["name"], exact=True).first.click()
    expect(clerk.locator(".o-mail-Activity")).to_contain_text("Billing's message did not arrive")
    # when billing knows another number, and the clerk sends it again
    reached = {**UNREACHED, "phone": NEW_PHONE}
    tell(staffed, "invoice.due_soon", reached, suspended, invoice=invoice)
    clerk.goto("/odoo/billing-failed-messages")
    row = clerk.locator(".o_data_row", has_text=UNREACHED["name"]).filter(has_text="SMS")
    row.locator("input[type=checkbox]").check()
    clerk.get_by_role("button", name="Send again").click()
    clerk.locator(".modal").get_by_role("button", name="Ok").click()
    expect(clerk.locator(".o_notification")).to_contain_text("Sent again: 1 of 1")
    # then it is on that phone
    (text,) = until(lambda: sandbox.texts(NEW_PHONE), "the text", seconds=60)
    assert "INV-3" in text


def test_a_proof_of_notice_is_downloaded(clerk: Page, staffed: OwnOdoo, tmp_path: Path) -> None:
    clerk.goto("/odoo/billing-customers?view_type=list")
    clerk.get_by_text(JOHN.name).first.click()
    clerk.get_by_role("button", name="Actions").first.click()
    clerk.get_by_role("menuitem", name="Proof of Notice").click()
    dialog = clerk.locator(".modal")
    expect(dialog.locator("[name=customer_ids]")).to_contain_text(JOHN.name)
    with clerk.expect_download() as downloading:
        dialog.get_by_role("button", name="CSV").click()
    file = tmp_path / "proof.csv"
    downloading.value.save_as(file)
    told = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert any(JOHN.phone in row and any("INV-1 is overdue" in cell for cell in row) for row in told)


def test_who_uses_billing_sees_its_pages_and_decides_nothing(clerk: Page) -> None:
    clerk.goto("/odoo/billing-customers")
    expect(clerk.locator(".o_menu_sections")).to_contain_text("Messages")
    expect(clerk.locator(".o_menu_sections")).not_to_contain_text("Configuration")
    for page in ("billing-events", "billing-messages", "billing-to-link"):
        clerk.goto(f"/odoo/{page}")
        expect(clerk.locator(".o_action_manager .o_list_view")).to_be_visible()
        expect(clerk.locator(".o_list_button_add")).to_have_count(0)
    clerk.goto("/odoo/billing-message-rules")
    clerk.locator(".o_data_row", has_text="Invoice overdue").first.click()
    expect(clerk.locator(".o_form_readonly")).to_be_visible()
    clerk.goto("/odoo/billing-stop")
    expect(clerk.locator(".o_notification, .modal").first).to_contain_text("enough access rights")
