# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from collections.abc import Mapping, Sequence

from odoo import api, fields, models

from odoo.addons.duebell.contract import Incoming
from odoo.addons.duebell.models.duebell_customer_following import Identity, Linked


class DuebellCustomer(models.Model):
    _inherit = "duebell.customer"

    collection_ids = fields.One2many("duebell.collection", "customer_id", "In Collections", readonly=True)
    winback_ids = fields.One2many("duebell.winback", "customer_id", "Win-backs", readonly=True)

    @api.model
    def _follow_debts(
        self, newer: Sequence[Incoming], customers: Mapping[Identity, Linked], companies: Mapping[str | None, int]
    ) -> None:
        self.env["duebell.winback"]._claim(newer, customers, companies)
        return super()._follow_debts(newer, customers, companies)

    def _move_notes(self, partner: models.BaseModel) -> None:
        """The call that somebody has to make goes to the right contact, too."""
        self.collection_ids.activity_id.write({"res_id": self.partner_id.id})
        return super()._move_notes(partner)

    def _forget(self) -> list[str]:
        left = super()._forget()
        places = [f"/odoo/crm/{lead.id}" for lead in self.winback_ids.lead_id]
        return left + [
            self.env._("The opportunity %s may name the customer: erase it in Odoo if it has to go.", place)
            for place in places
        ]
