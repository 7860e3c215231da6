"""Make the pictures: the phones, what people see in Odoo, and the console, photographed from the real pages after the story.

Needs Debian's Chromium and Node.js: `make programs`.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import chromium
import console_pictures
import odoo_pictures
import real_odoo
import rtlcss
from duebell.demo.odoo import OwnOdoo
from duebell.demo.play import Audience
from duebell.demo.sandbox import Sandbox
from duebell.demo.stage import Stage
from duebell.demo.story import COMPANY, STORY

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
SUSPENDED = 8
"""Steps after which John Doe is suspended: the moment of the picture in Odoo."""


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    os.environ["PATH"] = f"{rtlcss.ensure()}{os.pathsep}{os.environ['PATH']}"  # Odoo looks for it there
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
        for number, step in enumerate(STORY, 1):
            step.do(stage)
            wrong = [seen.wrong for seen in map(audience.see, step.told) if seen.wrong]
            if wrong:
                print(*wrong, sep="\n", file=sys.stderr)
                return 1
            if number == SUSPENDED:
                odoo_pictures.let_people_wait(stage.service)
                odoo_pictures.photograph(browser, odoo, f"http://{listen}", FOLDER)
        page = browser.new_page(viewport={"width": 1720, "height": 820})
        page.goto(sandbox.phone_url)
        page.screenshot(path=FOLDER / "phones.png")
        console_pictures.add_administrator(stage.service)
        console_pictures.let_an_event_be_refused(stage.service)
        console_pictures.photograph(browser, f"http://{listen}", stage.service, FOLDER)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
