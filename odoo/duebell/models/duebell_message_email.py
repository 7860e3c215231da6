# SPDX-License-Identifier: LGPL-3.0-only
"""A message as an e-mail: in Odoo's queue."""

from __future__ import annotations

from typing import Any

from odoo import api, models
from odoo.tools import formataddr

from .mail_mail import BROKE_OFF

HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF"}


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    def _to_mail_queue(self) -> None:
        """Queues what was never queued, and again what the server didn't take."""
        queued = self.env["mail.mail"].search([("duebell_message_id", "in", self.ids)])
        for mail in queued:
            message = mail.duebell_message_id
            mail.write({"subject": message.subject, "body_html": message.body, "state": "outgoing"})
        fresh = self - queued.duebell_message_id
        self.env["mail.mail"].create([message._prepare_mail() for message in fresh])

    def _prepare_mail(self) -> dict[str, Any]:
        """A mail of its own beside the timeline: the note there is for colleagues, this is for the customer."""
        return {
            **self.event_id._envelope(self.mail_template_id),
            "duebell_message_id": self.id,
            "subject": self.subject,
            "body_html": self.body,
            "email_to": formataddr((self.customer_id.name, self.recipient)),
            "message_id": f"<{self.uuid}@duebell>",
            "headers": repr(HEADERS),
            "auto_delete": True,
        }

    @api.model
    def _settle_broken_off(self) -> None:
        """An e-mail whose sending ended without an outcome (Odoo marks it beforehand as failed) may have been sent."""
        broken = self.env["mail.mail"].search(
            [
                ("state", "=", "exception"),
                ("duebell_message_id.state", "=", "released"),
                ("duebell_message_id.retry_at", "=", False),
            ]
        )
        broken.duebell_message_id._advance("unknown", self.env._(BROKE_OFF))
