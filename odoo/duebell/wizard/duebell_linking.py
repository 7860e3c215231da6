# SPDX-License-Identifier: LGPL-3.0-only
"""Says which contact a billing customer is: one that is suggested, any other, or a new one."""

from __future__ import annotations

from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.duebell_stranger_suggesting import suggestions_for


class DuebellLinking(models.TransientModel):
    _name = "duebell.linking"
    _description = "Link a Billing Customer"

    stranger_id = fields.Many2one("duebell.stranger", readonly=True, ondelete="cascade")
    customer_id = fields.Many2one("duebell.customer", readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", compute="_compute_told")
    name = fields.Char(compute="_compute_told")
    reference = fields.Char(compute="_compute_told")
    company_name = fields.Char(compute="_compute_told")
    vat_number = fields.Char("VAT", compute="_compute_told")
    phone = fields.Char(compute="_compute_told")
    email = fields.Char("E-mail", compute="_compute_told")
    waiting_count = fields.Integer("Waiting Events", related="stranger_id.waiting_count")
    current_partner_id = fields.Many2one(related="customer_id.partner_id", string="Linked To")
    suggestion_ids = fields.One2many("duebell.linking.suggestion", "linking_id", "Suggestions", readonly=True)
    partner_id = fields.Many2one("res.partner", "Another Contact")

    @api.depends("stranger_id", "customer_id")
    def _compute_told(self) -> None:
        names = ("company_id", "name", "reference", "company_name", "vat_number", "phone", "email")
        for linking in self:
            linking.update({name: linking._subject()[name] for name in names})

    def _subject(self) -> models.BaseModel:
        """The billing customer, known or not yet."""
        return self.customer_id or self.stranger_id

    @api.model
    def _open(self, subject: models.BaseModel) -> dict[str, Any]:
        """The dialog for one billing customer, known or not yet."""
        subject.ensure_one()
        name = "customer_id" if subject._name == "duebell.customer" else "stranger_id"
        others = [one for one in suggestions_for(subject)[subject] if one.partner != subject._linked_partner()]
        lines = [Command.create({"partner_id": one.partner.id, "because": one.because}) for one in others]
        linking = self.create({name: subject.id, "suggestion_ids": lines})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which contact is %s?", subject.name),
            "res_model": self._name,
            "res_id": linking.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_link(self) -> dict[str, Any]:
        """Links to the contact that was chosen.

        Raises:
            UserError: none was.

        """
        if not self.partner_id:
            raise UserError(self.env._("Choose a contact first."))
        return self._link(self.partner_id)

    def action_create_contact(self) -> dict[str, Any]:
        """Makes a contact as billing knows the customer, and links to that."""
        if self.customer_id:
            return self._link(self.customer_id._as_contact())
        self.stranger_id.action_create_contacts()
        return _reload()

    def _link(self, partner: models.BaseModel) -> dict[str, Any]:
        if self.customer_id:
            self.customer_id.partner_id = partner
        else:
            self.stranger_id._link({self.stranger_id.id: partner.id})
        return _reload()


class DuebellLinkingSuggestion(models.TransientModel):
    _name = "duebell.linking.suggestion"
    _description = "Suggested Contact"

    linking_id = fields.Many2one("duebell.linking", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Contact", required=True, readonly=True, ondelete="cascade")
    because = fields.Char(readonly=True)
    email = fields.Char(related="partner_id.email")
    phone = fields.Char(related="partner_id.phone")

    def action_link(self) -> dict[str, Any]:
        """Links to this one."""
        self.ensure_one()
        return self.linking_id._link(self.partner_id)


def _reload() -> dict[str, Any]:
    """Closes the dialog; what was behind it shows what has become of it."""
    return {"type": "ir.actions.client", "tag": "soft_reload"}
