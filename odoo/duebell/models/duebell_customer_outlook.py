# SPDX-License-Identifier: LGPL-3.0-only
"""What a customer owes since when, and what comes next: what colleagues ask first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from operator import ge, gt, le, lt
from typing import Any
from urllib.parse import quote, urlencode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from .. import bulk
from ..contract import Incoming
from ..wording import day_text
from .duebell_customer_following import Identity, Linked

_lt = LazyTranslate(__name__)

CONSOLE = "duebell.console_url"
"""Where Duebell's console is, without a slash at the end."""

NEXT = {
    "overdue": _lt("Overdue on %(day)s unless paid."),
    "limit": _lt("Will be limited on %(day)s unless paid."),
    "suspend": _lt("Will be suspended on %(day)s unless paid."),
    "terminate": _lt("The contract ends on %(day)s unless paid."),
}
DECORATIONS = {
    "suspended": "text-bg-danger",
    "limited": "text-bg-warning",
    "overdue": "text-bg-warning",
    "due": "text-bg-info",
    "restored": "text-bg-success",
    "current": "text-bg-success",
}
IN_LINE = 3
"""Invoices that the banner names for a customer."""
_EARLIER = {">": (gt, "<"), ">=": (ge, "<="), "<": (lt, ">"), "<=": (le, ">=")}
"""More days mean an earlier due day: how days are compared, and how their due days are."""


class DuebellCustomer(models.Model):
    _inherit = "duebell.customer"  # pylint: disable=consider-merging-classes-inherited

    invoice_ids = fields.One2many("duebell.invoice", "customer_id", "Invoices", readonly=True)
    commitment_ids = fields.One2many("duebell.commitment", "customer_id", "Commitments", readonly=True)
    salesperson_id = fields.Many2one(related="partner_id.user_id", string="Salesperson")
    days_overdue = fields.Integer(compute="_compute_days_overdue", search="_search_days_overdue")
    next_line = fields.Char("What Comes Next", compute="_compute_next_line")
    console_link = fields.Char(compute="_compute_console_link")

    @api.depends("due_on", "total_overdue")
    def _compute_days_overdue(self) -> None:
        today = fields.Date.context_today(self)
        for customer in self:
            late = (today - customer.due_on).days if customer.due_on and customer.total_overdue > 0 else 0
            customer.days_overdue = max(late, 0)

    @api.model
    def _search_days_overdue(self, operator: str, value: Any) -> Domain:
        """Whoever isn't overdue is so for no day."""
        today = fields.Date.context_today(self)
        late = Domain("total_overdue", ">", 0) & Domain("due_on", "<", today)
        if operator == "in":
            days = {int(one) for one in value}
            found = late & Domain("due_on", "in", [today - timedelta(days=one) for one in days])
            return found | ~late if 0 in days else found
        if operator not in _EARLIER:
            return NotImplemented
        compared, earlier = _EARLIER[operator]
        found = late & Domain("due_on", earlier, today - timedelta(days=int(value)))
        return found | ~late if compared(0, int(value)) else found

    @api.depends("next_step", "next_step_on", "charge_on")
    @api.depends_context("lang")
    def _compute_next_line(self) -> None:
        for customer in self:
            lines = [customer._charge_line(), customer._step_line()]
            customer.next_line = " ".join(line for line in lines if line)

    def _charge_line(self) -> str:
        if not self.charge_on or self.charge_on < fields.Date.context_today(self):
            return ""
        return self.env._("Charged by itself on %s.", self._day(self.charge_on))

    def _step_line(self) -> str:
        if not self.next_step or not self.next_step_on:
            return ""
        sentence = self.env._(NEXT[self.next_step])
        return sentence % {"day": self._day(self.next_step_on)}

    def _day(self, day: Any) -> str:
        return day_text(day.isoformat(), self.env.lang or "en_US")

    @api.depends("environment", "external_id")
    def _compute_console_link(self) -> None:
        console = self.env["ir.config_parameter"].sudo().get_param(CONSOLE)
        for customer in self:
            customer.console_link = console and f"{console}/customers/{customer._console_path()}"

    def _console_path(self) -> str:
        return f"{quote(self.external_id, safe='')}?{urlencode({'environment': self.environment})}"

    def _stage_label(self) -> str:
        return dict(self._fields["stage"]._description_selection(self.env))[self.stage]

    def _stage_decoration(self) -> str:
        return DECORATIONS.get(self.stage, "text-bg-secondary")

    def _standing_lines(self) -> list[str]:
        """What is owed, since when, and what lifts a suspension: a few words each."""
        lines = []
        if self.total_overdue > 0:
            lines.append(self.env._("%s overdue", self._money("total_overdue")))
        if self.due_on:
            lines.append(self._due_line())
        if self.status in ("limited", "suspended") and self.amount_to_restore > 0:
            lines.append(self.env._("%s restores the service", self._money("amount_to_restore")))
        return lines

    def _due_line(self) -> str:
        """Billing's word on what is overdue counts, also where its calendar is ahead of Odoo's, as in a rehearsal."""
        day = self._day(self.due_on)
        if self.days_overdue == 1:
            return self.env._("due since %s (1 day)", day)
        if self.days_overdue:
            return self.env._("due since %(day)s (%(days)s days)", day=day, days=self.days_overdue)
        return self.env._("due since %s", day) if self.total_overdue > 0 else self.env._("due on %s", day)

    def _open_invoices(self) -> models.BaseModel:
        """The first few that wait for money, the oldest first."""
        invoices = self.invoice_ids.filtered(lambda invoice: invoice.state == "open")
        return invoices.sorted("due_on")[:IN_LINE]

    def action_open_console(self) -> dict[str, Any]:
        """Duebell's page of this customer.

        Raises:
            UserError: nobody has said where Duebell's console is.

        """
        self.ensure_one()
        if not self.console_link:
            raise UserError(self.env._("Enter the address of Duebell's console in Billing, Configuration, Link first."))
        return {"type": "ir.actions.act_url", "url": self.console_link, "target": "new"}

    @api.model
    def _follow_debts(
        self, newer: Sequence[Incoming], customers: Mapping[Identity, Linked], companies: Mapping[str | None, int]
    ) -> None:
        """Takes invoices and commitments on, and each customer to the day since when he owes."""
        self.env["duebell.invoice"]._follow(newer, customers, companies)
        self.env["duebell.commitment"]._follow(newer, customers, companies)
        touched = {customers[event.identity].id for event in newer if event.invoice}
        self.browse(touched)._follow_due_day()

    def _follow_due_day(self) -> None:
        oldest = self.env["duebell.invoice"]._oldest_due(self.ids)
        changed = self.filtered(lambda customer: (customer.due_on or None) != oldest.get(customer.id))
        rows = [
            {"id": customer.id, "due_on": oldest.get(customer.id), "stage": customer._stage(oldest.get(customer.id))}
            for customer in changed
        ]
        bulk.update(self, rows)
