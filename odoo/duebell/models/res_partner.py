# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any

from odoo import api, fields, models

STAGES = ("suspended", "limited", "overdue", "restored", "due", "current", "closed")
"""The order in which colleagues should see them."""
QUIET = ("current", "closed")
"""Stages that need no banner where nothing is overdue."""
IN_BANNER = 5
"""Customers of one contact that the banner tells of; the others are one click away."""


class ResPartner(models.Model):
    """Shows where its billing customers stand; nothing of it is stored here."""

    _inherit = "res.partner"

    duebell_customer_ids = fields.One2many(
        "duebell.customer", "partner_id", "Billing Customers", groups="duebell.group_user"
    )
    duebell_customer_count = fields.Integer(compute="_compute_duebell_customer_count", groups="duebell.group_user")
    duebell_commitment_ids = fields.One2many(
        "duebell.commitment",
        string="Commitments",
        compute="_compute_duebell_commitment_ids",
        groups="duebell.group_user",
    )
    duebell_stage = fields.Selection(
        selection=lambda self: self.env["duebell.customer"]._fields["stage"]._description_selection(self.env),
        string="Billing Stage",
        compute="_compute_duebell_stage",
        groups="duebell.group_user",
    )
    duebell_banner = fields.Html(compute="_compute_duebell_banner", sanitize=False, groups="duebell.group_user")

    @api.depends("duebell_customer_ids")
    def _compute_duebell_customer_count(self) -> None:
        for partner in self:
            partner.duebell_customer_count = len(partner.duebell_customer_ids)

    @api.depends("duebell_customer_ids.commitment_ids")
    def _compute_duebell_commitment_ids(self) -> None:
        for partner in self:
            partner.duebell_commitment_ids = partner.duebell_customer_ids.commitment_ids

    @api.depends("duebell_customer_ids.stage")
    def _compute_duebell_stage(self) -> None:
        """That of the customer who is worst off."""
        for partner in self:
            partner.duebell_stage = partner._duebell_worst_first()[:1].stage

    @api.depends("duebell_customer_ids.last_event_at", "duebell_customer_ids.stage", "duebell_customer_ids.due_on")
    @api.depends_context("lang", "tz")
    def _compute_duebell_banner(self) -> None:
        """The customers for whom something is to be known, worst first; empty if there is none."""
        for partner in self:
            shown = partner._duebell_worst_first().filtered(lambda customer: not _is_quiet(customer))
            values = {"customers": shown[:IN_BANNER], "others": len(shown[IN_BANNER:])}
            partner.duebell_banner = shown and self.env["ir.qweb"]._render("duebell.partner_banner", values)

    def _message_subscribe(self, *subscribed: Any, **more: Any) -> Any:
        """Whom Odoo would make a follower of every contact that he is to call gets a mail of each message there."""
        if self.env.context.get("duebell_nobody_follows"):
            return True
        return super()._message_subscribe(*subscribed, **more)

    def _duebell_worst_first(self) -> models.BaseModel:
        return self.duebell_customer_ids.sorted(_rank)

    def action_duebell_customers(self) -> dict[str, Any]:
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("duebell.customer_action")
        customers = self.duebell_customer_ids
        if len(customers) == 1:
            return {**action, "views": [(False, "form")], "res_id": customers.id}
        return {**action, "domain": [("partner_id", "=", self.id)], "context": {}}


def _is_quiet(customer: models.BaseModel) -> bool:
    return customer.stage in QUIET and customer.total_overdue <= 0


def _rank(customer: models.BaseModel) -> int:
    """The worst off is the smallest; whoever left and still owes something stands with the overdue."""
    owes = customer.stage == "closed" and customer.total_overdue > 0
    return STAGES.index("overdue" if owes else customer.stage)
