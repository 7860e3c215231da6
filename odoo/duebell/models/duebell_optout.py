# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import fields, models

from ..consent import TOPICS


class DuebellOptout(models.Model):
    """What a contact doesn't want to be told, by which channel. What the law requires is told all the same."""

    _name = "duebell.optout"
    _description = "Billing Opt-Out"
    _order = "partner_id, topic, channel"
    _rec_name = "topic"

    partner_id = fields.Many2one("res.partner", "Contact", required=True, ondelete="cascade", index=True)
    topic = fields.Selection(list(TOPICS.items()), required=True)
    channel = fields.Selection([("sms", "SMS"), ("email", "E-mail")], required=True, default="sms")

    _one_each = models.Constraint("unique (partner_id, topic, channel)", "The contact has opted out of this already.")
