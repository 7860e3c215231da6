# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class DuebellSettings(models.Model):
    """How a company writes to its customers. A company without a record goes by the defaults."""

    _name = "duebell.settings"
    _inherit = "duebell.allowed.hours"
    _description = "Billing Message Settings"
    _rec_name = "company_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    daily_cap = fields.Integer(
        "Messages a Day",
        help="The most that a customer gets in a day by SMS, and the most by e-mail; the rest waits. 0: no limit.",
    )
    rate_per_minute = fields.Integer("Messages a Minute", help="The most that leave in a minute. 0: no limit.")

    _one_each = models.Constraint("unique (company_id)", "The company has its settings already.")

    @api.constrains("daily_cap", "rate_per_minute")
    def _check_limits(self) -> None:
        if any(settings.daily_cap < 0 or settings.rate_per_minute < 0 for settings in self):
            raise ValidationError(self.env._("A limit can't be less than 0, which means no limit."))

    @api.model
    def _of(self, company: models.BaseModel) -> DuebellSettings:
        """The company's own record, made if there is none."""
        found = self.sudo().search([("company_id", "=", company.id)])
        return found or self.sudo().create({"company_id": company.id})

    @api.model
    def _in_force(self, companies: models.BaseModel) -> dict[int, DuebellSettings]:
        """By the company's id. Nothing is written: calls at the same time must not wait for a row that one makes."""
        known = {settings.company_id.id: settings for settings in self.sudo().search([])}
        return {
            company.id: known.get(company.id) or self.sudo().new({"company_id": company.id}) for company in companies
        }

    @api.model
    def action_open(self) -> dict[str, Any]:
        """The page of the company that the person works in."""
        self.check_access("write")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("duebell.settings_action"),
            "res_id": self._of(self.env.company).id,
        }
