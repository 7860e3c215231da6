# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any

from odoo import api, fields, models

STAGES_TO_SHOW = ("suspended", "limited", "overdue")


class ResPartner(models.Model):
    """Shows where its billing customers stand; nothing of it is stored here."""

    _inherit = "res.partner"

    duebell_customer_ids = fields.One2many(
        "duebell.customer", "partner_id", "Billing Customers", groups="duebell.group_user"
    )
    duebell_customer_count = fields.Integer(compute="_compute_duebell_customer_count", groups="duebell.group_user")
    duebell_attention_ids = fields.Many2many(
        "duebell.customer", compute="_compute_duebell_attention_ids", groups="duebell.group_user"
    )

    @api.depends("duebell_customer_ids")
    def _compute_duebell_customer_count(self) -> None:
        for partner in self:
            partner.duebell_customer_count = len(partner.duebell_customer_ids)

    @api.depends("duebell_customer_ids.stage")
    def _compute_duebell_attention_ids(self) -> None:
        """Those in whose standing something is wrong, worst first."""
        for partner in self:
            wrong = partner.duebell_customer_ids.filtered(lambda customer: customer.stage in STAGES_TO_SHOW)
            partner.duebell_attention_ids = wrong.sorted(lambda customer: STAGES_TO_SHOW.index(customer.stage))

    def action_duebell_customers(self) -> dict[str, Any]:
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("duebell.customer_action")
        customers = self.duebell_customer_ids
        if len(customers) == 1:
            return {**action, "views": [(False, "form")], "res_id": customers.id}
        return {**action, "domain": [("partner_id", "=", self.id)]}
