# SPDX-License-Identifier: LGPL-3.0-only
"""Messages that don't reach customers: all of a test go to one phone and one address, those of a shadow to nobody."""

from __future__ import annotations

from typing import Any

from odoo import fields, models


class DuebellMessage(models.Model):
    _inherit = "duebell.message"  # pylint: disable=consider-merging-classes-inherited

    meant_for = fields.Char(
        "Test: Meant For", readonly=True, help="The customer's number or address, from which a test kept the message."
    )

    def _to_queues(self) -> None:  # pylint: disable=missing-return
        settings = self.env["duebell.settings"]._in_force(self.company_id)
        by_delivery = self.grouped(lambda message: settings[message.company_id.id].delivery)
        nobody = self.browse()
        shadow = by_delivery.get("shadow", nobody)
        shadow._advance("shadow", self.env._("Shadow mode: nobody is told."))
        for message in by_delivery.get("test", nobody):
            message._divert(settings[message.company_id.id]._test_recipient(message.channel))
        super(DuebellMessage, self - shadow)._to_queues()

    def _divert(self, recipient: str) -> None:
        """Before it enters a queue; a message that was queued before has its row there."""
        if recipient == self.recipient:
            return
        self.write({"meant_for": self.meant_for or self.recipient, "recipient": recipient})
        self.env["sms.sms"].search([("uuid", "=", self.uuid)]).number = recipient
        if mail := self.env["mail.mail"].search([("duebell_message_id", "=", self.id)]):
            mail.email_to = self._prepare_mail()["email_to"]
        self.event_id._add_to_notes(self._test_line())

    def _test_line(self) -> str:
        """Who got it instead of the customer."""
        return self.env._(
            "Test: it went to %(recipient)s, not to %(meant_for)s.", recipient=self.recipient, meant_for=self.meant_for
        )

    def _as_told(self) -> dict[str, Any]:
        told = super()._as_told()
        return {**told, "because": told["because"] or self._test_line()} if self.meant_for else told

    def _forget(self) -> None:  # pylint: disable=missing-return
        super()._forget()
        self.meant_for = False
