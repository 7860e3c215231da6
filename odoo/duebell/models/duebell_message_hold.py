# SPDX-License-Identifier: LGPL-3.0-only
"""Holds messages back: in the outbox, and out of the queues that Odoo sends from by itself."""

from __future__ import annotations

from odoo import api, fields, models
from odoo.tools import SQL

from ..database import parameters

SINCE = "duebell.held_since"
BECAUSE = "duebell.held_because"


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _is_held(self) -> bool:
        """Whether nobody may be told now: by a person's word, or as this database is a copy."""
        return self._is_stopped() or self.env["duebell.event"]._is_copied()

    @api.model
    def _is_stopped(self) -> bool:
        """Whether a person said so."""
        return SINCE in parameters(self.env, SINCE)

    @api.model
    def _hold(self, because: str) -> None:
        """Nobody is told from now on. Again: the new reason counts, the moment stays."""
        kept = self.env["ir.config_parameter"].sudo()
        if not self._is_stopped():
            kept.set_param(SINCE, str(fields.Datetime.now()))
        kept.set_param(BECAUSE, because)
        self.env.ref("duebell.cron_release").sudo()._trigger()

    @api.model
    def _let_go(self) -> None:
        """Ends the hold: what is still true and not too late leaves."""
        kept = self.env["ir.config_parameter"].sudo()
        kept.set_param(SINCE, False)
        kept.set_param(BECAUSE, False)
        self.env.ref("duebell.cron_release").sudo()._trigger()

    @api.model
    def _take_back_queued(self) -> DuebellMessage:
        """Takes back what waits in Odoo's queues, but for what is being sent this moment; returns it."""
        for model in ("duebell.message", "sms.sms", "mail.mail"):
            self.env[model].flush_model()
        queued = SQL(
            """
            SELECT m.id
              FROM duebell_message m
              JOIN sms_sms q ON q.uuid = m.uuid
             WHERE m.state = 'released' AND q.state = 'outgoing'
             ORDER BY m.id
               FOR UPDATE SKIP LOCKED
            """
        )
        mailed = SQL(
            """
            SELECT m.id
              FROM duebell_message m
              JOIN mail_mail q ON q.duebell_message_id = m.id
             WHERE m.state = 'released' AND q.state = 'outgoing'
             ORDER BY m.id
               FOR UPDATE SKIP LOCKED
            """
        )
        found = self.browse(id_ for query in (queued, mailed) for (id_,) in self.env.execute_query(query))
        found._take_back()
        return found

    def _take_back(self) -> None:
        """Out of Odoo's queues, from which they were surely not sent: they are queued again when nothing is held."""
        if not self:
            return
        outgoing = [("state", "=", "outgoing")]
        self.env["sms.sms"].search([("uuid", "in", self.mapped("uuid")), *outgoing]).state = "canceled"
        self.env["mail.mail"].search([("duebell_message_id", "in", self.ids), *outgoing]).state = "cancel"
        self.write({"retry_at": fields.Datetime.now(), "because": self.env._("Held: nobody is told for now.")})
