# SPDX-License-Identifier: LGPL-3.0-only
"""Takes waiting messages from the outbox to Odoo's own SMS and mail queues, and again what a gateway did not take."""

from __future__ import annotations

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..database import check_database

_logger = logging.getLogger(__name__)

RELEASED_AT_ONCE = 1000
RETRY_AFTER_MINUTES = (1, 2, 5, 15, 60)
"""A message that a gateway surely did not take goes again after each of these; after the last it has failed."""


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _release(self) -> None:
        """The cron."""
        if self._is_held():
            self._take_back_queued()
            self.env["ir.cron"]._commit_progress(0, remaining=0)
            return
        released = self._release_some()
        left = self.search_count([("state", "=", "waiting")], limit=RELEASED_AT_ONCE)
        self.env["ir.cron"]._commit_progress(released, remaining=left)

    @api.model
    def _release_some(self) -> int:
        """Releases what waits, and what is due to be tried again; returns how many.

        Nothing is sent in this transaction: a transaction may be repeated, and what was sent can't be taken back.
        """
        waiting = self._locked(SQL("state = 'waiting'"))
        again = self._locked(SQL("state = 'released' AND retry_at <= %s", fields.Datetime.now()))
        due = waiting | again
        due._admissible()._to_queues()
        self._settle_broken_off()
        self._wake_queues()
        return len(due)

    def _admissible(self) -> DuebellMessage:
        """Those of the due messages that may leave now: all pass through here. For addons to extend.

        One that is kept back and stays due comes again at the next run, before those behind it: cancel it, or make it
        due later.
        """
        return self - self._cancel_late()

    @api.model
    def _locked(self, condition: SQL) -> DuebellMessage:
        """The oldest messages of the condition that no other transaction has in hand."""
        self.flush_model()
        query = SQL(
            "SELECT id FROM duebell_message WHERE %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
            condition,
            RELEASED_AT_ONCE,
        )
        return self.browse(id_ for (id_,) in self.env.execute_query(query))

    def _cancel_late(self) -> DuebellMessage:
        """Cancels and returns those whose event nobody should hear of any more."""
        now = fields.Datetime.now()
        late = self.filtered(lambda message: message.event_id.notify_by and message.event_id.notify_by < now)
        because = self.env._("Not sent: too late.")
        late._advance("cancelled", because)
        late.event_id._add_to_notes(because)
        return late

    def _to_queues(self) -> None:
        """All at once, and one by one only where that fails: none that can't be queued may hold up the others."""
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._of("sms")._to_sms_queue()
                self._of("email")._to_mail_queue()
                self._advance("released")
                self.write({"retry_at": False, "because": False})
        except Exception as error:  # whatever other addons do with an SMS or e-mail
            check_database(error)
            if len(self) == 1:
                _logger.exception("%s can't be put into its queue", self)
                self._advance("failed", self.env._("Odoo could not queue it: %s.", type(error).__name__))
                return
            for message in self:
                message._to_queues()

    def _of(self, channel: str) -> DuebellMessage:
        return self.filtered(lambda message: message.channel == channel)

    def _retry_later(self, because: str) -> None:
        """The gateway surely took nothing: again after a while, and not for ever."""
        released = self.filtered(lambda message: message.state == "released")
        for tries, messages in released.grouped("tries").items():
            if tries == len(RETRY_AFTER_MINUTES):
                words = self.env._("%(because)s Tried %(tries)s times.", because=because, tries=tries + 1)
                messages._advance("failed", words)
            else:
                due = fields.Datetime.now() + timedelta(minutes=RETRY_AFTER_MINUTES[tries])
                messages.write({"tries": tries + 1, "retry_at": due, "because": because})

    @api.model
    def _wake_queues(self) -> None:
        """Odoo's SMS queue sleeps for a day, and its mail queue for an hour, unless woken; after a failure too."""
        if self.env["sms.sms"].search_count([("state", "=", "outgoing"), ("to_delete", "!=", True)], limit=1):
            self.env.ref("sms.ir_cron_sms_scheduler_action")._trigger()
        outgoing = [("state", "=", "outgoing"), ("duebell_message_id", "!=", False)]
        if self.env["mail.mail"].search_count(outgoing, limit=1):
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
