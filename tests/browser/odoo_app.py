"""Billing tells a real Odoo, and a person of the CSP's looks at its web client."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import httpx2
from playwright.sync_api import Browser, BrowserContext, Page

from duebell.demo.odoo import LOGIN, PASSWORD, Odoo
from odoo_login import call, log_in

LONG = 60_000
"""Milliseconds in which a real Odoo has made its web client's assets."""

_sequences = count(1)


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "USD"}


def an_invoice(number: str, due_on: str, **changes: Any) -> dict[str, Any]:
    amounts = {"total": usd("30.00"), "paid": usd("0.00"), "outstanding": usd("30.00")}
    return {"number": number, "issued_on": due_on, "due_on": due_on, **amounts, **changes}


def owing(amount: str, **changes: Any) -> dict[str, Any]:
    """A standing with so much overdue."""
    return {"status": "active", "total_overdue": usd(amount), "amount_to_restore": usd("0.00"), **changes}


def an_entry(
    type_: str, customer: dict[str, Any], standing: dict[str, Any], *, moment: datetime | None = None, **data: Any
) -> dict[str, Any]:
    """An entry of `ingest`, of something that happened at a moment, by default now: the newest of its customer."""
    event_id, at = str(uuid4()), f"{moment or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    event = {
        "specversion": "1.0",
        "id": event_id,
        "type": type_,
        "source": "/environments/Global/billing",
        "subject": customer["external_id"],
        "time": at,
        "recordedtime": at,
        "sequence": str(next(_sequences)),
        "environment": "Global",
        "datacontenttype": "application/json",
        "data": {"customer": customer, "standing": standing, **data},
    }
    return {"key": f"{event_id}/0", "replay": 0, "notify_by": None, "epoch": 1, "event": event}


def tell(
    odoo: Odoo, type_: str, customer: dict[str, Any], standing: dict[str, Any], *, unmatched: str = "create", **data: Any
) -> None:
    """Make one event effective in Odoo, as the service does; `unmatched` says what becomes of it without a contact."""
    answer = httpx2.post(
        f"{odoo.url}/json/2/duebell.event/ingest",
        json={"contract": 1, "events": [an_entry(type_, customer, standing, **data)], "terms": {"unmatched": unmatched}},
        headers={"Authorization": f"bearer {odoo.key}", "X-Odoo-Database": odoo.database},
        timeout=60,
    )
    (result,) = answer.raise_for_status().json()["results"].values()
    assert result["outcome"] == "provisioned", result


def at_work(browser: Browser, odoo: Odoo, login: str = LOGIN) -> tuple[BrowserContext, Page]:
    """A browser in which somebody is logged in, by default Odoo's administrator; its clipboard may be read."""
    context = browser.new_context(base_url=odoo.url, permissions=["clipboard-read", "clipboard-write"])
    context.set_default_timeout(LONG)
    page = context.new_page()
    log_in(page, login=login)
    return context, page


def hire(page: Page, login: str, *groups: str) -> None:
    """Make a person of the CSP's: an internal user with these groups (`duebell.group_user`) and no other.

    Odoo's administrator has to be logged in on the page.
    """
    known = [call(page, "ir.model.data", "check_object_reference", *group.split("."))[1] for group in groups]
    values = {"name": login.capitalize(), "login": login, "password": PASSWORD, "group_ids": [[6, 0, known]]}
    call(page, "res.users", "create", values)
