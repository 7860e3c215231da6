# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any

from psycopg2.errors import SerializationFailure

from odoo import fields, models
from odoo.tools import SQL, LazyTranslate

_lt = LazyTranslate(__name__)

BROKE_OFF = _lt("Odoo broke off: the e-mail may have been sent.")
BROKEN_OFF = ("TimeoutError", "SMTPServerDisconnected")
"""In the reason of a failure: the server may have taken the e-mail before the line broke."""


class MailMail(models.Model):
    _inherit = "mail.mail"

    duebell_message_id = fields.Many2one("duebell.message", "Billing Message", readonly=True, index="btree_not_null")

    def _send(self, *args: Any, **kwargs: Any) -> Any:
        """Ours one by one: Odoo reads a batch at its beginning, and ends a transaction after each."""
        ours = self.sudo().filtered("duebell_message_id")
        if others := self - ours:
            super(MailMail, others)._send(*args, **kwargs)
        for mail in self - others:
            if mail.sudo()._take_in_hand():
                super(MailMail, mail)._send(*args, **kwargs)
        return True

    def _take_in_hand(self) -> bool:
        """Whether the e-mail is to leave, by what others have written until now; from here on they have to wait.

        Else a stop that takes it back meanwhile would make the sender's transaction fail after the sending, and the
        e-mail would go twice. What somebody is changing at this moment is left to the next run.
        """
        query = SQL(
            """
            SELECT 1
              FROM mail_mail
              JOIN duebell_message message ON message.id = mail_mail.duebell_message_id
             WHERE mail_mail.id = %s
               FOR UPDATE SKIP LOCKED
            """,
            self.id,
        )
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(query, log_exceptions=False)
        except SerializationFailure:  # since this transaction began; nothing was sent in it
            return False
        locked = self.env.cr.rowcount
        self.invalidate_recordset(["state"])
        self.duebell_message_id.invalidate_recordset()
        return bool(locked) and self.state == "outgoing" and self._may_leave()

    def _may_leave(self) -> bool:
        """Whether the outbox released it, nobody is held, and no sender that was killed may have sent it."""
        message = self.duebell_message_id
        if message.state != "released":
            self.state = "cancel"
            return False
        if message._is_held():
            message._take_back()
            return False
        if not self.env["duebell.gateway.claim"].sudo()._claim([message.uuid]):
            self.state = "exception"
            message._advance("unknown", self.env._(BROKE_OFF))
            return False
        return True

    def mark_outgoing(self) -> bool:
        self.sudo().duebell_message_id._refuse_again_by_hand()
        marked: bool = super().mark_outgoing()
        return marked

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
