# SPDX-License-Identifier: LGPL-3.0-only
"""Takes waiting messages from the outbox to Odoo's own SMS and mail queues, and again what a gateway did not take."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from odoo import api, fields, models
from odoo.tools import SQL

from ..database import check_database

_logger = logging.getLogger(__name__)

RELEASED_AT_ONCE = 1000
"""Of a company, in one transaction."""
RELEASE_LOCK = 0x64756562656C6C
"""Our number among PostgreSQL's advisory locks."""
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
        gone = self._release_some()
        left = self.search_count(self._due_domain(), limit=RELEASED_AT_ONCE) if gone else 0
        self.env["ir.cron"]._commit_progress(gone, remaining=left)

    @api.model
    def _release_some(self) -> int:
        """Releases what is due, and what is due to be tried again; returns how many are dealt with.

        Nothing is sent in this transaction: a transaction may be repeated, and what was sent can't be taken back.
        """
        if not self._is_our_turn():
            return 0
        due = self._due_now()
        due._admissible()._merged()._to_queues()
        self._settle_broken_off()
        self._wake_queues()
        return len(due) - len(due.filtered_domain(self._due_domain()))

    @api.model
    def _is_our_turn(self) -> bool:
        """Whether nobody else releases at this moment: limits count what others have released before."""
        return bool(self.env.execute_query(SQL("SELECT pg_try_advisory_xact_lock(%s)", RELEASE_LOCK))[0][0])

    @api.model
    def _due_domain(self) -> list[Any]:
        now = fields.Datetime.now()
        waiting = ["&", "&", ("state", "=", "waiting"), ("due_at", "<=", now), ("merged_into_id", "=", False)]
        return ["|", *waiting, "&", ("state", "=", "released"), ("retry_at", "<=", now)]

    @api.model
    def _due_now(self) -> DuebellMessage:
        """What each company may release now, as much as its rate allows."""
        companies = self.env["res.company"].with_context(active_test=False).search_fetch([], ["name"])
        settings = self.env["duebell.settings"]._in_force(companies)
        due = self.browse().union(*(self._due_of(company, settings[company.id]) for company in companies))
        return due | due._mates()

    def _admissible(self) -> DuebellMessage:
        """Those of the due messages that may leave now: all pass through here. For addons to extend.

        One that is kept back and stays due comes again at the next run, before those behind it: cancel it, or make it
        due later.
        """
        return self - self._cancel_late()

    def _cancel_late(self) -> DuebellMessage:
        """Cancels and returns those whose event nobody should hear of any more; what the law requires is never late."""
        now = fields.Datetime.now()
        optional = self.filtered(lambda message: not message.required)
        late = optional.filtered(lambda message: message.event_id.notify_by and message.event_id.notify_by < now)
        for because, messages in late.grouped(DuebellMessage._late_because).items():
            messages._advance("cancelled", because)
            messages.event_id._add_to_notes(because)
        return late

    def _late_because(self) -> str:
        if self.state == "waiting" and self.due_at > self.event_id.notify_by:
            return self.env._("Not sent: delay, allowed hours or the limit of a day kept it back until too late.")
        return self.env._("Not sent: too late.")

    def _to_queues(self) -> None:
        """All at once, and one by one only where that fails: none that can't be queued may hold up the others."""
        if not self:
            return
        try:
            with self.env.cr.savepoint():
                self._of("sms")._to_sms_queue()
                self._of("email")._to_mail_queue()
                self._advance("released")
                self.write({"retry_at": False, "because": False, "released_at": fields.Datetime.now()})
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
