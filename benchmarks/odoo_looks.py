"""How long the pages of the addon ask Odoo, over a crowd of customers, and how long a message takes to be released.

A script for Odoo's shell over a throwaway database. `fill` is the SQL of a crowd; `result`: milliseconds of each run by what
was looked at.
"""

# ruff: noqa: F821 - `env` and `fill` are the shell's
import time
from collections.abc import Callable
from typing import Any

RUNS = 5
AT_ONCE = 80
"""Rows of a page, as Odoo's lists have them."""
RELEASED = 1000
env: Any
fill: str


def page(model: str, fields: list[str], domain: list[Any] | None = None) -> Callable[[], Any]:
    specification: dict[str, Any] = {name: {} for name in fields}
    return lambda: env[model].web_search_read(domain or [], specification, limit=AT_ONCE, count_limit=10_000)


def grouped(model: str, by: str, aggregates: list[str], domain: list[Any] | None = None) -> Callable[[], Any]:
    return lambda: env[model].formatted_read_group(domain or [], [by], aggregates)


def release() -> None:
    released: int = env["duebell.message"]._release_some()  # noqa: SLF001 - what the cron does
    assert released == RELEASED, released


def looks() -> dict[str, Callable[[], Any]]:
    customer = env["duebell.customer"].search([], limit=1)
    return {
        "customers": page("duebell.customer", ["name", "reference", "stage", "total_overdue"]),
        "customers overdue": page("duebell.customer", ["name", "stage"], [("stage", "=", "overdue")]),
        "a reference typed": page("duebell.customer", ["name", "stage"], [("reference", "=", customer.reference)]),
        "customers by stage": grouped("duebell.customer", "stage", ["__count", "total_overdue:sum"]),
        "events": page("duebell.event", ["occurred_at", "type", "customer_id", "invoice_number"]),
        "events of a customer": page("duebell.event", ["occurred_at", "type"], [("customer_id", "=", customer.id)]),
        "messages": page("duebell.message", ["customer_id", "event_type", "channel", "state"]),
        "messages waiting": page("duebell.message", ["customer_id", "state"], [("state", "=", "waiting")]),
        "messages of a customer": page("duebell.message", ["channel", "state"], [("customer_id", "=", customer.id)]),
        "one contact's banner": lambda: customer.partner_id.web_read({"duebell_banner": {}}),
        f"release of {RELEASED}": release,
    }


def took(look: Callable[[], Any]) -> float:
    env.invalidate_all()
    began = time.perf_counter()
    look()
    env.flush_all()
    milliseconds = (time.perf_counter() - began) * 1000
    env.cr.rollback()
    return milliseconds


env["duebell.settings"]._of(env.company).times_usual = 0  # noqa: SLF001 - else the guard asks whether so many are meant
env.flush_all()
env.cr.execute(fill)
env.cr.commit()
result = {name: [took(look) for _ in range(RUNS + 1)][1:] for name, look in looks().items()}
"""The first run of each warms up."""
