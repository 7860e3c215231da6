# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any

from odoo import api, fields, models

WRONG_STAGES = ("suspended", "limited", "overdue")
"""Stages that colleagues should see at once, worst first."""


class ResPartner(models.Model):
    """Shows where its billing customers stand; nothing of it is stored here."""

    _inherit = "res.partner"

    duebell_customer_ids = fields.One2many(
        "duebell.customer", "partner_id", "Billing Customers", groups="duebell.group_user"
    )
    duebell_customer_count = fields.Integer(compute="_compute_duebell_customer_count", groups="duebell.group_user")
    duebell_stage = fields.Selection(
        selection=lambda self: self.env["duebell.customer"]._fields["stage"]._description_selection(self.env),
        string="Billing Stage",
        compute="_compute_duebell_stage",
        groups="duebell.group_user",
    )
    duebell_standing = fields.Text(compute="_compute_duebell_stage", groups="duebell.group_user")

    @api.depends("duebell_customer_ids")
    def _compute_duebell_customer_count(self) -> None:
        for partner in self:
            partner.duebell_customer_count = len(partner.duebell_customer_ids)

    @api.depends("duebell_customer_ids.stage", "duebell_customer_ids.total_overdue")
    @api.depends_context("lang")
    def _compute_duebell_stage(self) -> None:
        """The worst stage of its customers, if something is wrong, and a line for each of those."""
        for partner in self:
            wrong = partner.duebell_customer_ids.filtered(lambda customer: customer.stage in WRONG_STAGES)
            wrong = wrong.sorted(lambda customer: WRONG_STAGES.index(customer.stage))
            partner.duebell_stage = wrong[:1].stage
            partner.duebell_standing = "\n".join(wrong._standing_lines())

    def action_duebell_customers(self) -> dict[str, Any]:
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("duebell.customer_action")
        customers = self.duebell_customer_ids
        if len(customers) == 1:
            return {**action, "views": [(False, "form")], "res_id": customers.id}
        return {**action, "domain": [("partner_id", "=", self.id)]}
