"""Make the pictures: the phones, a customer in Odoo and the console, photographed from the real pages after the story.

Needs Debian's Chromium: `make chromium`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

import chromium
import console_pictures
import real_odoo
from duebell.demo.odoo import LOGIN, PASSWORD, OwnOdoo
from duebell.demo.play import Audience
from duebell.demo.sandbox import Sandbox
from duebell.demo.stage import Stage
from duebell.demo.story import COMPANY, JOHN, STORY

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
SUSPENDED = 8
"""Steps after which John Doe is suspended: the moment of the picture in Odoo."""
LONGEST = 120_000
"""Milliseconds: Odoo makes its web client's assets when they are first asked for."""


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    listen = f"127.0.0.1:{real_odoo.free_port()}"
    with (
        tempfile.TemporaryDirectory() as scratch,
        Sandbox(sender=COMPANY) as sandbox,
        OwnOdoo(ROOT / ".run", sandbox, database="pictures", progress=real_odoo.progress.on(sys.stderr)) as odoo,
        Stage(Path(scratch) / "demo", odoo, sandbox, print, listen=listen) as stage,
        sync_playwright() as playwright,
    ):
        stage.configure()
        list(stage.service.lines("/verify/Global/OdooCRM"))
        stage.billing.begin()
        audience = Audience(stage.service, sandbox, disturbed=True)
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.QUIET)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(LONGEST)
        for number, step in enumerate(STORY, 1):
            step.do(stage)
            wrong = [seen.wrong for seen in map(audience.see, step.told) if seen.wrong]
            if wrong:
                print(*wrong, sep="\n", file=sys.stderr)
                return 1
            if number == SUSPENDED:
                _photograph_odoo(page, odoo.url)
        page.set_viewport_size({"width": 1720, "height": 820})
        page.goto(sandbox.phone_url)
        page.screenshot(path=FOLDER / "phones.png")
        console_pictures.add_administrator(stage.service)
        console_pictures.let_an_event_be_refused(stage.service)
        console_pictures.photograph(browser, f"http://{listen}", stage.service, FOLDER)
        browser.close()
    return 0


def _photograph_odoo(page: Page, url: str) -> None:
    page.goto(f"{url}/web/login")
    page.fill("input[name=login]", LOGIN)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.goto(f"{url}/odoo/contacts")
    page.get_by_text(JOHN.name, exact=True).first.click()
    page.locator(".o-mail-Message").first.wait_for()
    page.wait_for_timeout(2000)  # avatars and the systray come by themselves
    page.screenshot(path=FOLDER / "partner.png")


if __name__ == "__main__":
    sys.exit(main())
