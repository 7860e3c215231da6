"""`duebell serve` with its console on loopback, for a browser, and what stands in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from duebell.demo.odoo import Odoo
from duebell.demo.patience import until
from duebell.demo.story import JOHN, Person
from integration.service.running import Serve

NAME, PASSWORD = "administrator", "correct horse battery"

MARKUP = '<b title="\'">&amp;</b><img src=x onerror=alert(1)><script>alert(2)</script>'
"""What is to be read as it stands here, wherever it is shown."""
HOSTILE = "hostile"
"""The customer who is called so."""
UNKNOWN_COMPANY = f"Nobody {MARKUP}"
"""No company of Odoo's: its events are refused."""


class Console(Serve):
    """A running `serve` that browsers reach on a free port, beside a sandbox."""

    def __init__(self, data: Path, *, sandbox: str) -> None:
        super().__init__(data, env={"DUEBELL_LISTEN": "127.0.0.1:0", "DUEBELL_SANDBOX": sandbox})

    @property
    def first_run(self) -> str:
        """The address, as the terminal shows it, that makes the first administrator."""
        found = until(lambda: re.search(r"(http://127\.0\.0\.1:\d+/first-run\?token=[\w-]+)", self.log), "the address")
        return found[1]

    @property
    def url(self) -> str:
        """Where the console is."""
        return self.first_run.partition("/first-run")[0]

    def add_administrator(self) -> None:
        """Let somebody log in, as `duebell users add` does."""
        self.post("/users", {"name": NAME, "role": "administrator", "password": PASSWORD})

    def connect(self, odoo: Odoo) -> None:
        """Verify and apply the way to this Odoo."""
        typed = {"API_URL": odoo.url, "Database": odoo.database, "API_Access_Key": odoo.key}
        *checks, end = self.client.post("/verify/Global/OdooCRM", json={"typed": typed}).raise_for_status().iter_lines()
        assert json.loads(end)["applied"], checks

    def add_customer(self, person: Person) -> None:
        """Let embedded billing know somebody, with a fee a month."""
        fields = ("name", "currency", "time_zone", "customer_class", "phone", "email", "language")
        known = {name: getattr(person, name) for name in fields}
        self.post("/billing/customers", {"external_id": person.id, **known})
        self.post(f"/billing/customers/{person.id}/fees", {"service": "Internet", "amount": person.fee})

    def events_of(self, customer: str, **filters: str) -> list[dict[str, Any]]:
        """What was recorded of a customer, the newest first."""
        found: list[dict[str, Any]] = self.get("/events", customer=customer, **filters)["events"]
        return found

    def told(self, customer: str, type_: str) -> None:
        """Wait until a customer's phone has the text about what happened last of this type."""

        def is_delivered() -> bool:
            (event, *_) = self.events_of(customer, type=type_)
            owed = self.get(f"/events/{event['id']}")["provisionings"]
            return any(message["state"] == "delivered" for one in owed for message in one["messages"])

        until(is_delivered, f"the text about {type_}", seconds=60)

    def settled(self) -> None:
        """Wait until nothing is owed any more."""
        until(lambda: not self.get("/status")["oldest_waiting"], "everything to reach Odoo", seconds=60)


def play_a_month(console: Console) -> None:
    """John Doe is invoiced, overdue, suspended, and pays; somebody is called by markup, and an event of his is refused."""
    console.add_customer(JOHN)
    console.post(f"/billing/customers/{JOHN.id}/invoices")
    console.told(JOHN.id, "invoice.generated")
    for days, told in ((16, "invoice.overdue"), (7, "customer.suspended")):
        console.post("/billing/advance", {"days": days})
        console.told(JOHN.id, told)
    console.post(f"/billing/customers/{JOHN.id}/payments", {"amount": "30"})
    hostile = {"external_id": HOSTILE, "name": MARKUP, "company_name": MARKUP, "currency": "USD", "reference": MARKUP}
    console.post("/billing/customers", hostile)
    charge = {"text": MARKUP, "amount": "5", "invoice_now": True}
    (event,) = console.post(f"/billing/customers/{HOSTILE}/charges", charge)["events"]
    console.settled()
    told = console.get(f"/events/{event['id']}")["cloud_event"]
    refused = {name: told[name] for name in ("specversion", "type", "time", "data")}
    console.post("/events", {**refused, "id": MARKUP, "source": MARKUP, "company": UNKNOWN_COMPANY})
    console.settled()


def watched_page(context: BrowserContext, origin: str) -> tuple[Page, list[str]]:
    """A page, and what is wrong on it as it comes: requests that leave the origin, errors in its console (a breach of the
    Content-Security-Policy is one), scripts that break, dialogs that only a foreign script opens.
    """
    page, wrong = context.new_page(), []
    page.on("request", lambda one: None if one.url.startswith((origin, "data:")) else wrong.append(f"asks {one.url}"))
    page.on("console", lambda one: wrong.append(f"says {one.text}") if _is_complaint(one) else None)
    page.on("pageerror", lambda error: wrong.append(f"breaks: {error}"))
    page.on("dialog", lambda dialog: (wrong.append(f"opens {dialog.message}"), dialog.dismiss()))
    return page, wrong


def logged_in(browser: Browser, console: Console, **how: Any) -> BrowserContext:
    """A browser's window in which the administrator is logged in."""
    context = browser.new_context(base_url=console.url, **how)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{console.url}/")
    page.close()
    return context


def _is_complaint(said: ConsoleMessage) -> bool:
    """Chromium also reports each answer of 400 and above, which a form that was typed wrongly gets."""
    return said.type in {"error", "warning"} and "responded with a status of 4" not in said.text
