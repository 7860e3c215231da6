# SPDX-License-Identifier: LGPL-3.0-only
"""Another contact for a customer who was linked to the wrong one: what he was told of goes with him."""

from __future__ import annotations

from typing import Any

from odoo import api, models
from odoo.exceptions import ValidationError

from .duebell_customer_following import PARTNER_FIELDS, fits


class DuebellCustomer(models.Model):
    _inherit = "duebell.customer"  # pylint: disable=consider-merging-classes-inherited

    def write(self, vals: dict[str, Any]) -> bool:
        before = {customer: customer.partner_id for customer in self} if "partner_id" in vals else {}
        written = super().write(vals)
        for customer, partner in before.items():
            if customer.partner_id != partner:
                customer.sudo()._move_notes(partner)
        return written

    def _move_notes(self, partner: models.BaseModel) -> None:
        """From the timeline of the contact that he was: nobody else's debts stay there."""
        notes = self.env["mail.message"].union(*self.event_ids._notes().values())
        moving = notes.filtered(lambda note: note.model == "res.partner" and note.res_id == partner.id)
        moving.write({"res_id": self.partner_id.id})

    def action_other_contact(self) -> dict[str, Any]:
        """The dialog in which a person says which contact the customer is after all."""
        return self.env["duebell.linking"]._open(self)

    def _linked_partner(self) -> models.BaseModel:
        return self.partner_id

    def _as_contact(self) -> models.BaseModel:
        """A new contact with what billing knows of the customer.

        Raises:
            AccessError: the person may make no contacts.

        """
        partners = self._partner_model()
        partners.check_access("create")
        values = {theirs: self._on_partner(ours, self[ours] or None) for ours, theirs in PARTNER_FIELDS.items()}
        return partners.create({**values, "company_id": self.company_id.id})

    @api.constrains("partner_id")
    def _check_partner_fits(self) -> None:
        for customer in self.sudo():
            self._check_fits(customer.partner_id, customer.company_id)

    @api.model
    def _check_fits(self, partner: models.BaseModel, company: models.BaseModel) -> None:
        """Raises `ValidationError` where the contact is another company's."""
        if not fits(partner, company.id):
            raise ValidationError(
                self.env._(
                    "%(contact)s is a contact of %(theirs)s: choose one of %(ours)s, or of no company.",
                    contact=partner.display_name,
                    theirs=partner.company_id.name,
                    ours=company.name,
                )
            )
