# SPDX-License-Identifier: LGPL-3.0-only
"""Rules for what had none come archived where the addon was in use: nobody is told of more than before, unasked."""

from __future__ import annotations

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.sql_db import Cursor

_CASES = {
    "invoice.due_soon": ("any", "charged"),
    "payment.failed": ("any", "charged"),
    "customer.limitation_warning": ("any", "overdue", "charged"),
    "customer.suspension_warning": ("any", "overdue", "charged"),
    "customer.termination_warning": ("any", "overdue", "charged"),
    "customer.terminated": ("any",),
    "customer.limit_removed": ("charged",),
    "customer.suspension_removed": ("charged",),
}


def migrate(cr: Cursor, version: str | None) -> None:
    """`version`: the addon's before; none where it is installed anew, with all rules in force."""
    if not version:
        return
    env = Environment(cr, SUPERUSER_ID, {})
    rules = env["duebell.message.rule"].with_context(active_test=False)
    known = {
        (rule.event_type, rule.case)
        for rule in rules.search([("company_id", "=", False), ("partner_category_id", "=", False)])
    }
    wanted = [(type_, case) for type_, cases in _CASES.items() for case in cases if (type_, case) not in known]
    rules._load_records([_archived(env, type_, case) for type_, case in wanted])


def _archived(env: Environment, type_: str, case: str) -> dict[str, object]:
    name = type_.replace(".", "_") if case == "any" else f"{type_.replace('.', '_')}_{case}"
    values = {
        "event_type": type_,
        "case": case,
        "active": False,
        "sms_template_id": env.ref(f"duebell.sms_{name}").id,
        "mail_template_id": env.ref(f"duebell.mail_{name}").id,
    }
    return {"xml_id": f"duebell.rule_{name}", "values": values, "noupdate": True}
