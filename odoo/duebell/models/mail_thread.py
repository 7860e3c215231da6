# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

import re
from email.message import EmailMessage
from typing import Any

from odoo import api, models
from odoo.tools import html2plaintext

OURS = re.compile(r"<([0-9a-f]{32})@duebell>")
LONGEST_WORDS = 200


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message: EmailMessage, message_dict: dict[str, Any]) -> None:
        """Odoo deletes e-mails that it sent; our message outlives them, and bears the same Message-Id."""
        named = " ".join(message_dict.get("bounced_msg_ids") or [])
        if uuids := OURS.findall(named):
            words = " ".join(html2plaintext(message_dict.get("body") or "").split())[:LONGEST_WORDS]
            because = self.env._("The e-mail came back.") + (f" ({words})" if words else "")
            messages = self.env["duebell.message"].sudo().search([("uuid", "in", uuids), ("channel", "=", "email")])
            messages._advance("bounced", because)
        return super()._routing_handle_bounce(email_message, message_dict)
