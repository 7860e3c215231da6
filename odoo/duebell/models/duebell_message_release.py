# SPDX-License-Identifier: LGPL-3.0-only
"""Takes waiting messages from the outbox to Odoo's own SMS and mail queues, and brings back what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from odoo import api, fields, models
from odoo.tools import SQL, formataddr

from ..gateway import WatchedGateway

RELEASED_AT_ONCE = 1000
RETRY_AFTER_MINUTES = (1, 2, 5, 15, 60)
"""A message that a gateway surely did not take goes again after each of these; after the last it has failed."""

EMAIL_HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF"}


class DuebellMessage(models.Model):
    _inherit = "duebell.message"

    @api.model
    def _release(self) -> None:
        """The cron."""
        released = self._release_some()
        left = self.search_count([("state", "=", "waiting")], limit=RELEASED_AT_ONCE)
        self.env["ir.cron"]._commit_progress(released, remaining=left)

    @api.model
    def _release_some(self) -> int:
        """Releases what waits, and what is due to be tried again; returns how many. Nothing is sent in this transaction: a
        transaction may be repeated, and what was sent can't be taken back."""
        waiting = self._locked(SQL("state = 'waiting'"))
        ready = waiting - waiting._cancel_late()
        again = self._locked(SQL("state = 'released' AND retry_at <= %s", fields.Datetime.now()))
        ready._of("sms")._to_sms_queue()
        ready._of("email")._to_mail_queue()
        ready._advance("released")
        again._of("sms")._again_to_sms_queue()
        again._of("email")._again_to_mail_queue()
        again.retry_at = False
        self._settle_broken_off()
        self._wake_queues()
        return len(waiting) + len(again)

    @api.model
    def _locked(self, condition: SQL) -> DuebellMessage:
        """The oldest messages of the condition that no other transaction has in hand."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM duebell_message WHERE %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
                condition,
                RELEASED_AT_ONCE,
            )
        )
        return self.browse(id_ for (id_,) in rows)

    def _of(self, channel: str) -> DuebellMessage:
        return self.filtered(lambda message: message.channel == channel)

    def _cancel_late(self) -> DuebellMessage:
        """Cancels and returns those whose event nobody should hear of any more."""
        now = fields.Datetime.now()
        late = self.filtered(lambda message: message.event_id.notify_by and message.event_id.notify_by < now)
        late._advance("cancelled", self.env._("Not sent: too late."))
        late.event_id._add_to_notes(self.env._("Not sent: too late."))
        return late

    # --- SMS ---------------------------------------------------------------------------------------------------------

    def _to_sms_queue(self) -> None:
        """A tracker outlives its SMS: a message that has one was released before and doesn't go twice."""
        known = self.env["sms.tracker"].search([("sms_uuid", "in", self.mapped("uuid"))]).mapped("sms_uuid")
        fresh = self.filtered(lambda message: message.uuid not in known)
        notes = fresh.event_id._notes()
        sms = fresh._create_sms(notes)
        noted = [(message, one) for message, one in zip(fresh, sms, strict=True) if one.mail_message_id]
        notifications = self.env["mail.notification"].create(
            [message._prepare_notification(one) for message, one in noted]
        )
        by_message = {message: entry.id for (message, _sms), entry in zip(noted, notifications, strict=True)}
        self.env["sms.tracker"].create(
            [{"sms_uuid": message.uuid, "mail_notification_id": by_message.get(message)} for message in fresh]
        )

    def _create_sms(self, notes: dict[models.BaseModel, models.BaseModel]) -> models.BaseModel:
        return self.env["sms.sms"].create(
            [
                {
                    "uuid": message.uuid,
                    "number": message.recipient,
                    "body": message.body,
                    "partner_id": message.partner_id.id,
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

    def _again_to_sms_queue(self) -> None:
        queued = self.env["sms.sms"].search([("uuid", "in", self.mapped("uuid")), ("to_delete", "=", False)])
        queued.action_set_outgoing()
        gone = self.filtered(lambda message: message.uuid not in set(queued.mapped("uuid")))
        gone._create_sms(gone.event_id._notes())

    @api.model
    def _in_hand(self, uuids: Sequence[str]) -> DuebellMessage:
        """Our messages among these SMS, locked together with what Odoo shows of them: a delivery report that comes while they are
        being sent has to wait. It would make the sender's transaction fail after the sending, and all of it be sent again."""
        self.flush_model()
        self.env["mail.notification"].flush_model()
        self.env.cr.execute(
            SQL(
                """SELECT 1 FROM mail_notification JOIN sms_tracker ON sms_tracker.mail_notification_id = mail_notification.id
                    WHERE sms_tracker.sms_uuid = ANY(%s) ORDER BY mail_notification.id FOR UPDATE OF mail_notification""",
                list(uuids),
            )
        )
        query = SQL("SELECT id FROM duebell_message WHERE uuid = ANY(%s) ORDER BY id FOR UPDATE", list(uuids))
        return self.browse(id_ for (id_,) in self.env.execute_query(query))

    def _take_verdicts(self, gateway: WatchedGateway) -> None:
        for verdict, messages in self.grouped(lambda message: gateway.verdict(self.env, message.uuid)).items():
            if verdict is None:
                continue
            if verdict.state is None:
                messages._retry_later(verdict.because)
            else:
                messages._advance(verdict.state, verdict.because)

    # --- e-mail ------------------------------------------------------------------------------------------------------

    def _to_mail_queue(self) -> None:
        self.env["mail.mail"].create([message._prepare_mail() for message in self])

    def _prepare_mail(self) -> dict[str, Any]:
        """A mail of its own beside the timeline: the note there is for colleagues, this is for the customer."""
        company, template = self.company_id, self.mail_template_id
        sender = self._rendered_on("email_from") or company.email_formatted or company.default_from_email
        return {
            "duebell_message_id": self.id,
            "subject": self.subject,
            "body_html": self.body,
            "email_to": formataddr((self.customer_id.name, self.recipient)),
            "email_from": sender,
            "reply_to": self._rendered_on("reply_to") or sender,
            "author_id": company.partner_id.id,
            "message_id": f"<{self.uuid}@duebell>",
            "mail_server_id": template.mail_server_id.id,
            "record_company_id": company.id,
            "headers": repr(EMAIL_HEADERS),
            "auto_delete": True,
        }

    def _rendered_on(self, name: str) -> str | None:
        """A field of the e-mail's template, if a person has filled it."""
        template = self.mail_template_id
        return template._render_field(name, self.event_id.ids)[self.event_id.id] if template[name] else None

    def _again_to_mail_queue(self) -> None:
        queued = self.env["mail.mail"].search([("duebell_message_id", "in", self.ids)])
        queued.mark_outgoing()
        (self - queued.duebell_message_id)._to_mail_queue()

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
        broken.duebell_message_id._advance("unknown", self.env._("Odoo broke off: the e-mail may have been sent."))

    # --- both --------------------------------------------------------------------------------------------------------

    def _retry_later(self, because: str) -> None:
        """The gateway surely took nothing: again after a while, and not for ever."""
        for tries, messages in self.filtered(lambda message: message.state == "released").grouped("tries").items():
            if tries == len(RETRY_AFTER_MINUTES):
                messages._advance(
                    "failed", self.env._("%(because)s Tried %(tries)s times.", because=because, tries=tries + 1)
                )
                continue
            due = fields.Datetime.now() + timedelta(minutes=RETRY_AFTER_MINUTES[tries])
            messages.write({"tries": tries + 1, "retry_at": due, "because": because})

    @api.model
    def _wake_queues(self) -> None:
        """Odoo's SMS queue sleeps for a day and its mail queue for an hour unless woken, also after a failure of theirs."""
        if self.env["sms.sms"].search_count([("state", "=", "outgoing"), ("to_delete", "!=", True)], limit=1):
            self.env.ref("sms.ir_cron_sms_scheduler_action")._trigger()
        if self.env["mail.mail"].search_count(
            [("state", "=", "outgoing"), ("duebell_message_id", "!=", False)], limit=1
        ):
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
