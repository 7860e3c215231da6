# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import api, fields, models

from ..contract import EVENT_TYPES


class DuebellTimelineChoice(models.Model):
    """Which events leave a note on the contact; an event of a type without a record does.

    Three notes a month for each of 400,000 customers are 14 million rows a year: who doesn't read them need not
    keep them. The event itself stays on the billing customer.
    """

    _name = "duebell.timeline.choice"
    _description = "Billing Timeline"
    _order = "id"
    _rec_name = "event_type"

    event_type = fields.Selection(list(EVENT_TYPES.items()), "Event", required=True, readonly=True)
    noted = fields.Boolean("Note On The Contact", default=True)

    _one_each = models.Constraint("unique (event_type)", "There is a choice for this event already.")

    @api.model
    def _unnoted(self) -> set[str]:
        return set(self.sudo().search([("noted", "=", False)]).mapped("event_type"))
