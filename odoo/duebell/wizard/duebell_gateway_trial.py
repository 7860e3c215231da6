# SPDX-License-Identifier: LGPL-3.0-only
"""One text by the gateway, at once, to see what it answers."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import requests

from odoo import fields, models
from odoo.exceptions import UserError

from ..gateway import of_word
from ..own_gateway import TAKEN, Text, send


class DuebellGatewayTrial(models.TransientModel):
    _name = "duebell.gateway.trial"
    _description = "Trial of an SMS Gateway"

    gateway_id = fields.Many2one("duebell.gateway", required=True, readonly=True, ondelete="cascade")
    number = fields.Char(required=True, help="A phone of your own, like +12025550123.")
    text = fields.Char(required=True, default=lambda self: self.env._("This is a test. There is nothing to do."))
    outcome = fields.Char(readonly=True)
    reference = fields.Char("Its Own Number of the SMS", readonly=True)

    def action_send(self) -> dict[str, Any]:
        """Sends the text, and shows what the gateway made of it.

        Raises:
            UserError: the number can't be called.

        """
        self.ensure_one()
        number = self.gateway_id._number_of(self.number)
        if not number:
            raise UserError(
                self.env._("“%s” is not a number that can be called: write it like +12025550123.", self.number)
            )
        with requests.Session() as session:
            outcome = send(self.gateway_id._as_asked(), Text(uuid4().hex, number, self.text), session)
        verdict = of_word(self.env, outcome.word, outcome.said)
        self.outcome = self.env._("The gateway took the text.") if outcome.word == TAKEN else verdict.because
        self.reference = outcome.reference
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send a Test"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
