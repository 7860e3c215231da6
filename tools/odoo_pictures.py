"""Odoo's pictures: what the CSP's people see while John Doe is suspended, the last one in Arabic, from right to left."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from duebell.demo.odoo import LOGIN, Odoo
from duebell.demo.story import JOHN
from odoo_login import LONGEST, call, log_in

USUAL: ViewportSize = {"width": 1400, "height": 900}
QUIET = 2000
"""Milliseconds in which avatars and the systray come by themselves."""
RIGHT_TO_LEFT = "ar_001"


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


def _take(page: Page, file: Path) -> None:
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
