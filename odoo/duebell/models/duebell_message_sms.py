# SPDX-License-Identifier: LGPL-3.0-only
"""A message as an SMS: in Odoo's queue, at the gateway, beside its note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from odoo import api, models
from odoo.tools import SQL

from ..gateway import WatchedGateway


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    def _to_sms_queue(self) -> None:
        """Queues what was never queued, and again what the gateway didn't take.

        A tracker outlives its SMS: a message that waits and has one was released before, and doesn't go twice.
        """
        trackers = self.env["sms.tracker"].search([("sms_uuid", "in", self.mapped("uuid"))])
        tracked = set(trackers.mapped("sms_uuid"))
        again = self.filtered("retry_at")
        (self - again).filtered(lambda message: message.uuid not in tracked)._queue_sms_with_trackers()
        again._queue_sms_again()

    def _queue_sms_with_trackers(self) -> None:
        sms = self._create_sms()
        noted = [(message, one) for message, one in zip(self, sms, strict=True) if one.mail_message_id]
        first = [(message, one) for message, one in noted if not message.resend_of_id]
        notifications = self.env["mail.notification"].create(
            [message._prepare_notification(one) for message, one in first]
        )
        shown = {message: entry.id for (message, _sms), entry in zip(first, notifications, strict=True)}
        shown |= self._show_anew([(message, one) for message, one in noted if message.resend_of_id])
        self.env["sms.tracker"].create(
            [{"sms_uuid": message.uuid, "mail_notification_id": shown.get(message)} for message in self]
        )

    def _queue_sms_again(self) -> None:
        """Failed SMS may have been cleaned away meanwhile."""
        queued = self.env["sms.sms"].search([("uuid", "in", self.mapped("uuid"))])
        bodies = dict(zip(self.mapped("uuid"), self.mapped("body"), strict=True))
        for sms in queued:
            sms.write({"to_delete": False, "body": bodies[sms.uuid]})
        queued._update_sms_state_and_trackers("outgoing", failure_type=False)
        kept = set(queued.mapped("uuid"))
        self.filtered(lambda message: message.uuid not in kept)._create_sms()

    def _create_sms(self) -> models.BaseModel:
        notes = self.event_id._notes()
        return self.env["sms.sms"].create(
            [
                {
                    "uuid": message.uuid,
                    "number": message.recipient,
                    "body": message.body,
                    "partner_id": message.partner_id.id,
                    "duebell_company_id": message.company_id.id,
                    "mail_message_id": notes[message.event_id].id if message.event_id in notes else False,
                    "state": "outgoing",
                }
                for message in self
            ]
        )

    def _prepare_notification(self, sms: models.BaseModel) -> dict[str, Any]:
        """Shows the SMS and its state beside the note in the chatter."""
        return {
            "author_id": sms.mail_message_id.author_id.id,
            "mail_message_id": sms.mail_message_id.id,
            "res_partner_id": sms.partner_id.id,
            "sms_number": sms.number,
            "notification_type": "sms",
            "sms_id_int": sms.id,
            "is_read": True,
            "notification_status": "ready",
        }

    @api.model
    def _in_hand(self, uuids: Sequence[str]) -> DuebellMessage:
        """Our messages among these SMS, locked together with what Odoo shows of them.

        A delivery report that comes while they are being sent has to wait: else it would make the sender's transaction
        fail after the sending, and all of it be sent again.
        """
        self.flush_model()
        query = SQL("SELECT id FROM duebell_message WHERE uuid = ANY(%s) ORDER BY id FOR UPDATE", list(uuids))
        messages = self.browse(id_ for (id_,) in self.env.execute_query(query))
        self.env["mail.notification"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                SELECT 1
                  FROM mail_notification
                  JOIN sms_tracker ON sms_tracker.mail_notification_id = mail_notification.id
                 WHERE sms_tracker.sms_uuid = ANY(%s)
                 ORDER BY mail_notification.id
                   FOR UPDATE OF mail_notification
                """,
                messages.mapped("uuid"),
            )
        )
        return messages

    def _leaving(self) -> DuebellMessage:
        """Of messages in hand those that may be sent now: the outbox released them, and nobody is held.

        What somebody queued again by hand in Odoo is neither sent twice nor after it was cancelled.
        """
        released = self.filtered(lambda message: message.state == "released")
        if settled := self - released:
            queued = [("uuid", "in", settled.mapped("uuid")), ("state", "=", "outgoing")]
            self.env["sms.sms"].search(queued).state = "canceled"
        if released and released._is_held():
            released._take_back()
            return self.browse()
        return released

    def _take_verdicts(self, gateway: WatchedGateway) -> None:
        """What the gateway answered, or didn't, about each."""
        for verdict, messages in self.grouped(lambda message: gateway.verdict(self.env, message.uuid)).items():
            if verdict is None:
                continue
            if verdict.state is None:
                messages._retry_later(verdict.because)
            else:
                messages._advance(verdict.state, verdict.because)
