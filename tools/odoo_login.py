"""Logging in to a real Odoo by its own page, and calling it as who is logged in."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from duebell.demo.odoo import LOGIN, PASSWORD

LONGEST = 120_000
"""Milliseconds in which Odoo has answered a call, also one that installs a language."""


def log_in(page: Page, database: str = "", login: str = LOGIN) -> None:
    """Log in, until Odoo shows the first of its pages.

    Args:
        page: of a browser whose base URL is Odoo's.
        database: which one, if it serves several.
        login: whose; by default the administrator's. Everybody has the same password.
    """
    page.goto(f"/web/login?db={database}" if database else "/web/login")
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    page.wait_for_url("**/odoo**")


def call(page: Page, model: str, method: str, *arguments: Any, **named: Any) -> Any:
    """What a method answers to the person of the page, as the web client asks it.

    Raises:
        RuntimeError: Odoo refused; carries its sentence.
    """
    params = {"model": model, "method": method, "args": arguments, "kwargs": named}
    answer = page.request.post(
        "/web/dataset/call_kw", data={"jsonrpc": "2.0", "method": "call", "params": params}, timeout=LONGEST
    ).json()
    if "error" in answer:
        raise RuntimeError(f"Odoo's {model}.{method} failed: {answer['error']['data']['message']}")
    return answer["result"]
