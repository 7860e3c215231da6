"""Logging in to a real Odoo by its own page, as its administrator."""

from __future__ import annotations

from playwright.sync_api import Page

from duebell.demo.odoo import LOGIN, PASSWORD


def log_in(page: Page, database: str = "") -> None:
    """Log in, until Odoo shows the first of its pages.

    Args:
        page: of a browser whose base URL is Odoo's.
        database: which one, if it serves several.
    """
    page.goto(f"/web/login?db={database}" if database else "/web/login")
    page.locator("input[name=login]").fill(LOGIN)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.wait_for_url("**/odoo**")
