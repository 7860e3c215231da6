# SPDX-License-Identifier: LGPL-3.0-only
"""What a customer owes since when, and what comes next: what colleagues ask first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta, timezone
from operator import ge, gt, le, lt
from typing import Any
from urllib.parse import quote, urlencode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from .. import bulk
from ..contract import Incoming
from ..wording import day_text, zone_of
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

    @api.depends("overdue_since")
    def _compute_days_overdue(self) -> None:
        today = fields.Date.context_today(self)
        for customer in self:
            late = (today - customer.overdue_since).days if customer.overdue_since else 0
            customer.days_overdue = max(late, 0)

    @api.model
    def _search_days_overdue(self, operator: str, value: Any) -> Domain:
        """Whoever isn't overdue, or is nobody knows since when, is so for no day."""
        today = fields.Date.context_today(self)
        late = Domain("overdue_since", "<", today)
        if operator == "in":
            days = {int(one) for one in value}
            found = late & Domain("overdue_since", "in", [today - timedelta(days=one) for one in days])
            return found | ~late if 0 in days else found
        if operator not in _EARLIER:
            return NotImplemented
        compared, earlier = _EARLIER[operator]
        found = late & Domain("overdue_since", earlier, today - timedelta(days=int(value)))
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
            lines += [self.env._("%s overdue", self._money("total_overdue")), self._since_line()]
        elif self.due_on:
            lines.append(self.env._("due on %s", self._day(self.due_on)))
        if self.status in ("limited", "suspended") and self.amount_to_restore > 0:
            lines.append(self.env._("%s restores the service", self._money("amount_to_restore")))
        return lines

    def _since_line(self) -> str:
        """Billing's word on what is overdue counts, also where its calendar is ahead of Odoo's, as in a rehearsal."""
        if not self.overdue_since:
            return self.env._("since when is not known here")
        day = self._day(self.overdue_since)
        if self.days_overdue == 1:
            return self.env._("due since %s (1 day)", day)
        if self.days_overdue:
            return self.env._("due since %(day)s (%(days)s days)", day=day, days=self.days_overdue)
        return self.env._("due since %s", day)

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
        self.browse({customers[event.identity].id for event in newer})._follow_due_days()

    def _follow_due_days(self) -> None:
        open_invoices = self.env["duebell.invoice"]._open_by_due_day(self.ids)
        rows = []
        for customer in self:
            due_on, since = customer._due_days(open_invoices.get(customer.id, {}))
            if (due_on, since) != (customer.due_on or None, customer.overdue_since or None):
                stage = customer._stage(due_on)
                rows.append({"id": customer.id, "due_on": due_on, "overdue_since": since, "stage": stage})
        bulk.update(self, rows)

    def _due_days(self, open_invoices: Mapping[date, float]) -> tuple[date | None, date | None]:
        """When the oldest open invoice is, or was, due; and whether he is overdue since then.

        He is where the invoices that were due when billing last told of him account for all that is overdue. Else Odoo
        was never told of some of the invoices that he owes: they are older than the link to billing.
        """
        oldest = min(open_invoices, default=None)
        if self.total_overdue <= 0:
            return oldest, None
        told_on = self.last_event_at.replace(tzinfo=timezone.utc).astimezone(zone_of(self.time_zone)).date()
        known = sum(amount for due_on, amount in open_invoices.items() if due_on < told_on)
        covered = self.currency_id.compare_amounts(known, self.total_overdue) >= 0
        return oldest, oldest if covered else None
