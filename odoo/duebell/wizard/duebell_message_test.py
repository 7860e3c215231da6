# SPDX-License-Identifier: LGPL-3.0-only
"""Sends a rule's words to oneself, as a customer would get them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..recipients import callable_number


class DuebellMessageTest(models.TransientModel):
    _name = "duebell.message.test"
    _description = "Test of a Billing Message"

    rule_id = fields.Many2one("duebell.message.rule", required=True, readonly=True, ondelete="cascade")
    mode = fields.Selection(related="rule_id.mode")
    preview_event_id = fields.Many2one(related="rule_id.preview_event_id")
    phone = fields.Char("Your Number", default=lambda self: self.env.user.phone)
    email = fields.Char("Your E-mail", default=lambda self: self.env.user.email)

    def action_send(self) -> dict[str, Any]:
        """Queues what the rule tells by each channel for which there is an address.

        Raises:
            AccessError: the caller doesn't decide what customers are told.
            UserError: nothing may leave now, there is nothing to send, or no usable number or address.

        """
        self.rule_id.check_access("write")
        if self.env["duebell.message"].sudo()._is_held():
            raise UserError(self.env._("STOP holds everything, tests too: end it in Billing → Stop and Limits first."))
        if not self.preview_event_id:
            raise UserError(self.env._("No event of this kind came yet: there is nothing to send."))
        channels = self.rule_id._channels()
        sent = []
        if "sms" in channels and self.phone:
            sent.append(self._send_sms())
        if "email" in channels and self.email:
            sent.append(self._send_email())
        if not sent:
            raise UserError(self.env._("Type a number or an address to send it to."))
        return self._told(sent)

    def _send_sms(self) -> str:
        number = callable_number(self.phone, self.env.company.country_id.code)
        if not number:
            raise UserError(
                self.env._("“%s” is not a number that can be called: write it like +12025550123.", self.phone)
            )
        uuid = uuid4().hex
        self.env["sms.tracker"].sudo().create({"sms_uuid": uuid, "duebell_state": "waiting"})
        self.env["sms.sms"].sudo().create(
            {
                "uuid": uuid,
                "number": number,
                "body": self.rule_id.preview_sms,
                "state": "outgoing",
                "duebell_company_id": self.preview_event_id.company_id.id,
            }
        )
        self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()
        return number

    def _send_email(self) -> str:
        address = email_normalize(self.email)
        if not address:
            raise UserError(self.env._("“%s” is not an e-mail address.", self.email))
        self.env["mail.mail"].sudo().create(
            {
                **self.preview_event_id.sudo()._envelope(self.rule_id.mail_template_id.sudo()),
                "subject": self.rule_id.preview_subject,
                "body_html": self.rule_id.preview_mail,
                "email_to": address,
                "auto_delete": True,
            }
        )
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return address

    def _told(self, sent: list[str]) -> dict[str, Any]:
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("On its way to %s.", ", ".join(sent)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
