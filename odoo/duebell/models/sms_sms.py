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
        messages = self.env["duebell.message"].sudo().search([("uuid", "in", queued.mapped("uuid"))])
        messages._advance("cancelled", self.env._("Deleted by hand from Odoo's SMS queue."))
        return super().unlink()

    def _send(self, *args: Any, **kwargs: Any) -> None:
        """Odoo's own sender stops its whole queue at a batch over two companies."""
        if self.env.context.get("sms_api"):
            super()._send(*args, **kwargs)
            return
        for company, messages in self.grouped(lambda sms: sms._get_sms_company()).items():
            super(SmsSms, messages.with_company(company))._send(*args, **kwargs)

    def _send_with_api(self, sms_api: SmsApiBase, *args: Any, **kwargs: Any) -> None:
        """Learns from the gateway itself what became of our messages."""
        ours = self.env["duebell.message"].sudo()._in_hand(self.mapped("uuid"))
        if not ours:
            super()._send_with_api(sms_api, *args, **kwargs)
            return
        if ours._is_held():
            ours._take_back()
            if others := self.filtered(lambda sms: sms.state == "outgoing"):
                super(SmsSms, others)._send_with_api(sms_api, *args, **kwargs)
            return
        gateway = WatchedGateway(sms_api)
        super(SmsSms, self.with_context(duebell_sending=True))._send_with_api(gateway, *args, **kwargs)
        ours._take_verdicts(gateway)
