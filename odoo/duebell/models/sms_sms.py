# SPDX-License-Identifier: LGPL-3.0-only
from __future__ import annotations

from typing import Any

from odoo import models

from odoo.addons.sms.tools.sms_api import SmsApiBase

from ..gateway import WatchedGateway


class SmsSms(models.Model):
    _inherit = "sms.sms"

    def unlink(self) -> bool:
        """By a person; Odoo cleans sent SMS away past the ORM."""
        queued = self.filtered(lambda sms: sms.state in ("outgoing", "error"))
        queued._messages()._advance("cancelled", self.env._("Deleted by hand from Odoo's SMS queue."))
        return super().unlink()

    def resend_failed(self) -> dict[str, Any]:
        self._messages()._refuse_again_by_hand()
        told: dict[str, Any] = super().resend_failed()
        return told

    def action_set_outgoing(self) -> None:  # pylint: disable=missing-return
        self._messages()._refuse_again_by_hand()
        super().action_set_outgoing()

    def _messages(self) -> models.BaseModel:
        """Ours among them."""
        return self.env["duebell.message"].sudo().search([("uuid", "in", self.mapped("uuid"))])

    def _send(self, *args: Any, **kwargs: Any) -> None:  # pylint: disable=missing-return
        """Odoo's own sender stops its whole queue at a batch over two companies."""
        for company, sms in self.grouped(lambda one: one._get_sms_company()).items():
            of_company = sms.with_company(company)
            if own := of_company._own_gateway_api():
                of_company = of_company.with_context(sms_api=own)
            super(SmsSms, of_company)._send(*args, **kwargs)

    def _send_with_api(self, sms_api: SmsApiBase, *args: Any, **kwargs: Any) -> None:
        """Asks the gateway for nothing twice, and learns from itself what became of our messages."""
        ours = self.env["duebell.message"].sudo()._in_hand(self.mapped("uuid"))
        leaving = ours._leaving()
        staying = set((ours - leaving).mapped("uuid"))
        sms = self.filtered(lambda one: one.uuid not in staying)
        if not sms:
            return
        gateway = WatchedGateway(sms_api, lambda uuids: sms._claim(sms_api, uuids, leaving))
        super(SmsSms, sms.with_context(duebell_sending=True))._send_with_api(gateway, *args, **kwargs)
        sms._keep_references(gateway.references())
        leaving._take_verdicts(gateway)
