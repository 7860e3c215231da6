"""Odoo's pictures: what the CSP's people see while John Doe is suspended, the last one in Arabic, from right to left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize

from duebell.demo.odoo import LOGIN, Odoo
from duebell.demo.patience import until
from duebell.demo.service import Service
from duebell.demo.story import JOHN
from odoo_login import LONGEST, call, log_in

USUAL: ViewportSize = {"width": 1400, "height": 900}
TALL: ViewportSize = {"width": 1400, "height": 1090}
"""A whole page, where that says more than its head."""
LOW: ViewportSize = {"width": 1400, "height": 420}
"""A list of few rows."""
QUIET = 2000
"""Milliseconds in which avatars and the systray come by themselves."""
RIGHT_TO_LEFT = "ar_001"
LISTS = {"failed": "billing-failed-messages", "to-link": "billing-to-link"}
"""The pictures' names, and where each page is."""
UNREACHED = {"external_id": "customer-7", "name": "Seventh Customer", "phone": "555-0107", "email": None}
STRANGER = {"external_id": "customer-8", "name": "J. Doe", "reference": "B-0008"}


def let_people_wait(service: Service) -> None:
    """Another billing tells of a customer whose number is none, and of one whom no contact's reference leads to."""
    told = service.event(service.events_of(JOHN)[0]["id"])["cloud_event"]
    _tell(service, told, UNREACHED)
    _unmatched(service, "wait")
    _tell(service, told, STRANGER)
    _unmatched(service, "create")


def _tell(service: Service, told: dict[str, Any], changes: dict[str, Any]) -> None:
    """The same of somebody else; returns once Odoo has it."""
    kept = {name: told[name] for name in ("specversion", "type", "time")}
    changed = {"reference": None, **told["data"]["customer"], **changes}
    customer = {name: value for name, value in changed.items() if value is not None}
    event = {
        **kept,
        "data": {**told["data"], "customer": customer},
        "id": customer["external_id"],
        "source": "another-billing",
    }
    service.post("/events", event)
    until(lambda: not service.get("/status")["oldest_waiting"], "the event in Odoo")


def _unmatched(service: Service, choice: str) -> None:
    service.put("/configuration/Global/OdooCRM", {"On_Unmatched_Customer": choice})
    list(service.lines("/verify/Global/OdooCRM"))


def photograph(browser: Browser, odoo: Odoo, console_url: str, folder: Path) -> None:
    """Make `partner.png` and `odoo-<name>.png`."""
    page = _logged_in(browser, odoo)
    call(page, "duebell.link", "create", {"console_url": console_url})
    _open_contact(page)
    _take(page, folder / "partner.png")
    page.goto("/odoo/billing-customers")
    _take(page, folder / "odoo-customers.png")
    page.locator(".o_kanban_record").get_by_text(JOHN.name, exact=True).click()
    page.locator(".o_form_view").wait_for()
    _take(page, folder / "odoo-customer.png")
    page.goto("/odoo/billing-link")
    _take(page, folder / "odoo-link.png")
    page.goto("/odoo/billing-message-rules")
    page.locator(".o_data_row", has_text="Invoice overdue").filter(has_text="Any other case").click()
    page.locator("[name=preview_sms]").wait_for()
    _take(page, folder / "odoo-rule.png", TALL)
    page.goto("/odoo/billing-stop")
    _take(page, folder / "odoo-stop.png")
    for name, path in LISTS.items():
        page.goto(f"/odoo/{path}")
        _take(page, folder / f"odoo-{name}.png", LOW)
    page.goto("/odoo/billing-event-report")
    _take(page, folder / "odoo-report.png")
    _speak(page, RIGHT_TO_LEFT)
    turned = _logged_in(browser, odoo)  # what is turned how is settled at login
    _open_contact(turned)
    _take(turned, folder / "odoo-right-to-left.png")
    turned.close()
    _speak(page, "en_US")
    page.close()


def _logged_in(browser: Browser, odoo: Odoo) -> Page:
    page = browser.new_page(base_url=odoo.url, viewport=USUAL)
    page.set_default_timeout(LONGEST)
    log_in(page)
    return page


def _open_contact(page: Page) -> None:
    page.goto("/odoo/contacts")
    page.get_by_text(JOHN.name, exact=True).first.click()
    page.locator(".o-mail-Message").first.wait_for()


def _take(page: Page, file: Path, size: ViewportSize = USUAL) -> None:
    page.set_viewport_size(size)
    page.locator(".o_action_manager .o_view_controller").first.wait_for()
    page.wait_for_timeout(QUIET)
    page.screenshot(path=file)


def _speak(page: Page, language: str) -> None:
    """Let Odoo know a language, and its administrator's pages come in it."""
    found = call(page, "res.lang", "search", [["code", "=", language]], context={"active_test": False})
    wizard = call(page, "base.language.install", "create", {"lang_ids": [[6, 0, found]], "overwrite": True})
    call(page, "base.language.install", "lang_install", [wizard])
    (user,) = call(page, "res.users", "search", [["login", "=", LOGIN]])
    call(page, "res.users", "write", [user], {"lang": language})
