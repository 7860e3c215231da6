# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any

from odoo import fields, models

BROKEN_OFF = ("TimeoutError", "SMTPServerDisconnected")
"""In the reason of a failure: the server may have taken the e-mail before the line broke."""


class MailMail(models.Model):
    _inherit = "mail.mail"

    duebell_message_id = fields.Many2one("duebell.message", "Billing Message", readonly=True, index="btree_not_null")

    def _send(self, *args: Any, **kwargs: Any) -> Any:
        """What is held goes back to the outbox instead."""
        ours = self.sudo().filtered("duebell_message_id")
        if not ours or not ours.duebell_message_id._is_held():
            return super()._send(*args, **kwargs)
        ours.duebell_message_id._take_back()
        others = self - ours
        return super(MailMail, others)._send(*args, **kwargs) if others else True

    def cancel(self) -> bool:
        self.sudo().duebell_message_id._advance("cancelled", self.env._("Cancelled by hand in Odoo's mail queue."))
        return super().cancel()

    def unlink(self) -> bool:
        """Odoo deletes e-mails that were sent, too: their message is past being cancelled."""
        self.sudo().duebell_message_id._advance("cancelled", self.env._("Deleted by hand from Odoo's mail queue."))
        return super().unlink()

    def _postprocess_sent_message(
        self,
        success_pids: list[Any],
        success_emails: list[str],
        failure_reason: str | bool | None = False,
        failure_type: str | None = None,
    ) -> bool:
        """Odoo calls this once with the outcome of each e-mail, and may delete the e-mail in it."""
        for mail in self.sudo().filtered("duebell_message_id"):
            mail._tell_message(failure_type)
        return super()._postprocess_sent_message(
            success_pids, success_emails, failure_reason=failure_reason, failure_type=failure_type
        )

    def _tell_message(self, failure_type: str | None) -> None:
        message = self.duebell_message_id
        reason = self.failure_reason or ""
        if self.state == "sent":
            message._advance("sent")
        elif failure_type == "mail_smtp":
            message._retry_later(self.env._("The mail server can't be reached."))
        elif any(word in reason for word in BROKEN_OFF):
            message._advance("unknown", self.env._("The mail server broke off: the e-mail may have been sent."))
        else:
            because = self.env._("The mail server did not take the e-mail.") + (f" ({reason})" if reason else "")
            message._advance("failed", because)
