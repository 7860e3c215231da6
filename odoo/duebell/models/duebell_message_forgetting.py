# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from odoo import models


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    def _forget(self) -> None:
        """Sends none of them any more, and erases to whom and in which words; when and what became of them stays."""
        self._advance("cancelled", self.env._("Not sent: the customer was forgotten."))
        self.env["sms.sms"].search([("uuid", "in", self.mapped("uuid"))]).unlink()
        self.env["mail.mail"].search([("duebell_message_id", "in", self.ids)]).unlink()
        self.write(dict.fromkeys(("recipient", "subject", "body", "own_subject", "own_body"), False))
        # Why one failed may name a number or an address.
        failed = self.filtered(lambda message: message.state in ("failed", "bounced", "unknown"))
        failed.because = False
        self.env["duebell.receipt"].search([("message_id", "in", failed.ids)]).because = False
