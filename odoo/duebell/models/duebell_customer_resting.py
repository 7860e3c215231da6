# SPDX-License-Identifier: LGPL-3.0-only
"""Who is left in peace for a while; billing doesn't know of it by itself, and colleagues have to know that."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from ..wording import zone_of

_lt = LazyTranslate(__name__)

STILL = {
    "limit": _lt("Billing still limits the service on %(day)s: put the customer on hold there, too."),
    "suspend": _lt("Billing still suspends on %(day)s: put the customer on hold there, too."),
    "terminate": _lt("Billing still ends the contract on %(day)s: put the customer on hold there, too."),
}


class DuebellCustomer(models.Model):
    _inherit = "duebell.customer"  # pylint: disable=consider-merging-classes-inherited

    rest_ids = fields.One2many("duebell.rest", "customer_id", "Rests")
    rest_line = fields.Char("Left in Peace", compute="_compute_rest_line")

    @api.depends("rest_ids.until", "rest_ids.kind", "rest_ids.active", "next_step", "next_step_on")
    @api.depends_context("lang")
    def _compute_rest_line(self) -> None:
        for customer in self:
            customer.rest_line = " ".join(customer._rest_lines())

    def _rest_lines(self) -> list[str]:
        """What rests; and what billing does all the same, until its own events say that it knows."""
        rests = self.rest_ids._lasting()
        return [*(rest._line() for rest in rests), *self._still_lines(rests)]

    def _today(self) -> date:
        """The day where the customer lives; where the company is, if billing doesn't tell."""
        zone = zone_of(self.time_zone, self.company_id.partner_id.tz)
        return datetime.now(timezone.utc).astimezone(zone).date()

    def _still_lines(self, rests: models.BaseModel) -> list[str]:
        """Billing knows once its next step is another day's, and later than the rest."""
        day = self.next_step_on
        if not rests or not day or self.next_step not in STILL:
            return []
        knows = all(rest.step_on != day and rest.until < day for rest in rests)
        words = self.env._(STILL[self.next_step])
        return [] if knows else [words % {"day": self._day(day)}]

    def _standing_lines(self) -> list[str]:
        """In the contact's banner, too."""
        return [*super()._standing_lines(), *self._rest_lines()]

    def _forget(self) -> list[str]:
        """What colleagues noted of the person goes, too."""
        self.with_context(active_test=False).rest_ids.note = False
        return super()._forget()

    def action_let_rest(self) -> dict[str, Any]:
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Let Rest"),
            "res_model": "duebell.rest",
            "view_mode": "form",
            "target": "new",
            "context": {"default_customer_id": self.id},
        }

    def action_optouts(self) -> dict[str, Any]:
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Opt-Outs"),
            "res_model": "duebell.optout",
            "view_mode": "list",
            "domain": [("partner_id", "=", self.partner_id.id)],
            "context": {"default_partner_id": self.partner_id.id},
        }
