"""The console's pictures: each main page as an administrator sees it after the story."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page

from duebell.demo.patience import until
from duebell.demo.service import Service
from duebell.demo.story import JOHN

NAME, PASSWORD = "administrator", "a few words in a row"
WIDE, NARROW = 1280, 390
LOWEST, HIGHEST = 760, 1500
"""Pixels of a picture's height: whole pages as far as that goes."""
PAGES: Mapping[str, str] = {
    "overview": "/",
    "events": "/events",
    "event": "/events/{event}",
    "customer": f"/customers/{JOHN.id}",
    "handlers": "/handlers",
    "alarms": "/alarms",
    "configuration": "/configuration/Global/OdooCRM",
    "versions": "/configuration/versions",
    "verify": "/verify/Global/OdooCRM",
    "sandbox": "/sandbox",
    "users": "/users",
    "audit": "/audit",
}
"""The pictures' names, and where each page is; `event` is that of John Doe's suspension."""


def add_administrator(service: Service) -> None:
    service.post("/users", {"name": NAME, "role": "administrator", "password": PASSWORD})


def let_an_event_be_refused(service: Service) -> None:
    """Another billing tells of a company that Odoo doesn't have: an alarm stands, and one event says why it was rejected."""
    told = service.event(service.events_of(JOHN)[0]["id"])["cloud_event"]
    refused = {name: told[name] for name in ("specversion", "type", "time", "data")}
    customer = {**told["data"]["customer"], "external_id": "customer-6", "name": "Sixth Customer"}
    data = {**told["data"], "customer": customer}
    event = {**refused, "data": data, "id": "1", "source": "another-billing", "company": "Another Company"}
    service.post("/events", event)
    until(lambda: service.get("/status")["alarms"], "the alarm")


def photograph(browser: Browser, url: str, service: Service, folder: Path) -> None:
    """Make `console-<name>.png` of each page, one of them as a phone has it at night, and the login."""
    (event,) = (row["id"] for row in service.events_of(JOHN) if row["type"] == "customer.suspended")
    page = browser.new_page(base_url=url, reduced_motion="reduce")
    page.goto("/login")
    _take(page, folder / "console-login.png", lowest=520)
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{url}/")
    for name, path in PAGES.items():
        page.goto(path.format(event=event))
        if name == "verify":
            _verify(page)
        _take(page, folder / f"console-{name}.png")
    page.emulate_media(color_scheme="dark")
    page.goto(PAGES["event"].format(event=event))
    _take(page, folder / "console-phone.png", width=NARROW)
    page.close()


def _verify(page: Page) -> None:
    page.get_by_role("button", name="Only check").click()
    page.get_by_text("All is fine.").wait_for()


def _take(page: Page, file: Path, *, width: int = WIDE, lowest: int = LOWEST) -> None:
    page.set_viewport_size({"width": width, "height": lowest})
    page.wait_for_timeout(500)  # what the page's own streams and fragments bring is there by then
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, HIGHEST)})
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=file)
