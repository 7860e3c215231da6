# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from collections.abc import Mapping, Sequence

from odoo import api, fields, models

from .. import bulk
from ..contract import Incoming
from .duebell_customer_following import Identity, Linked


class DuebellCommitment(models.Model):
    """What a customer promised to keep until a day, as billing last told of it."""

    _name = "duebell.commitment"
    _description = "Billing Commitment"
    _order = "ends_on desc, id desc"
    _rec_name = "service"

    customer_id = fields.Many2one("duebell.customer", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    reference = fields.Char(required=True, readonly=True)
    service = fields.Char(required=True, readonly=True)
    started_on = fields.Date(required=True, readonly=True)
    ends_on = fields.Date("Until", required=True, readonly=True)
    terminated_on = fields.Date("Ended Early On", readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    penalty = fields.Monetary(readonly=True, help="What ending it early costs.")
    state = fields.Selection(
        [("running", "Running"), ("kept", "Kept"), ("terminated", "Ended early")], compute="_compute_state"
    )

    _identity = models.Constraint("unique (customer_id, reference)", "Billing has this commitment already.")

    @api.depends("ends_on", "terminated_on")
    def _compute_state(self) -> None:
        today = fields.Date.context_today(self)
        for commitment in self:
            running = "running" if commitment.ends_on and commitment.ends_on >= today else "kept"
            commitment.state = "terminated" if commitment.terminated_on else running

    @api.model
    def _follow(
        self, newer: Sequence[Incoming], customers: Mapping[Identity, Linked], companies: Mapping[str | None, int]
    ) -> None:
        """Takes each commitment on to where the newest of these events leaves it."""
        currencies = self.env["duebell.customer"]._currencies()
        latest = {(customers[e.identity].id, e.commitment.reference): e for e in newer if e.commitment}
        rows = [
            {
                "customer_id": customer_id,
                "reference": reference,
                "company_id": companies[event.company],
                "currency_id": currencies[event.currency],
                "service": event.commitment.service,
                "started_on": event.commitment.started_on,
                "ends_on": event.commitment.ends_on,
                "terminated_on": event.commitment.terminated_on,
                "penalty": event.commitment.penalty,
            }
            for (customer_id, reference), event in latest.items()
        ]
        bulk.put(self, rows, known_by=("customer_id", "reference"))
